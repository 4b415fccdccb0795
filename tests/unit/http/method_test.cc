// RFC 9110 §9.1: methods are case-sensitive tokens.
#include "http/method.h"

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

TEST(Method, KnowsTheOnesWithRules) {
  EXPECT_EQ(method_of("GET"), Method::get);
  EXPECT_EQ(method_of("HEAD"), Method::head);
  EXPECT_EQ(method_of("POST"), Method::post);
  EXPECT_EQ(method_of("PUT"), Method::put);
  EXPECT_EQ(method_of("DELETE"), Method::delete_);
  EXPECT_EQ(method_of("CONNECT"), Method::connect);
  EXPECT_EQ(method_of("OPTIONS"), Method::options);
  EXPECT_EQ(method_of("TRACE"), Method::trace);
  EXPECT_EQ(method_of("PATCH"), Method::patch);
}

TEST(Method, CaseCounts) {
  for (const char* token : {"get", "Get", "connect", "PROPFIND", "", "GETT", "GE"})
    EXPECT_EQ(method_of(token), Method::other);
}

// RFC 9110 §9.2
TEST(Method, SafeAndIdempotent) {
  EXPECT_TRUE(is_safe(Method::get) && is_safe(Method::head) && is_safe(Method::options) && is_safe(Method::trace));
  EXPECT_FALSE(is_safe(Method::put) || is_safe(Method::other) || is_safe(Method::connect));
  EXPECT_TRUE(is_idempotent(Method::put) && is_idempotent(Method::delete_) && is_idempotent(Method::get));
  EXPECT_FALSE(is_idempotent(Method::post) || is_idempotent(Method::patch) || is_idempotent(Method::other));
}

}  // namespace
}  // namespace porthole::http
