// Targets of each form, good and bad, taken apart.
#include "flow/target_parts.h"

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

TEST(TargetParts, TakesEachFormApart) {
  auto parts = target_parts("HTTP://Shop.test:81/a/b?c=d?e", "Shop.test:81");
  EXPECT_EQ(parts.scheme, "http");
  EXPECT_EQ(parts.host, "shop.test");
  EXPECT_EQ(parts.port, 81U);
  EXPECT_EQ(parts.path, "/a/b");
  EXPECT_EQ(parts.query, "c=d?e");
  EXPECT_EQ(url_of(parts), "http://shop.test:81/a/b?c=d?e");
  parts = target_parts("http://[::1]", "[::1]");
  EXPECT_EQ(parts.host, "::1");
  EXPECT_EQ(parts.port, 80U);
  EXPECT_EQ(parts.path, "/");
  EXPECT_EQ(url_of(parts), "http://[::1]/");
  parts = target_parts("https://[::1]:8443?q", "[::1]:8443");
  EXPECT_EQ(parts.port, 8443U);
  EXPECT_EQ(parts.query, "q");
  parts = target_parts("h:443", "h:443");
  EXPECT_EQ(parts.host, "h");
  EXPECT_EQ(parts.port, 443U);
  EXPECT_EQ(parts.path, "");
  EXPECT_EQ(url_of(parts), "");
  parts = target_parts("/own?x", "");
  EXPECT_EQ(parts.host, "");
  EXPECT_EQ(parts.path, "/own");
  EXPECT_EQ(parts.query, "x");
  EXPECT_EQ(target_parts("*", "").path, "*");
}

TEST(TargetParts, IsForgiving) {
  EXPECT_EQ(target_parts("", "").host, "");
  EXPECT_EQ(target_parts("http://", "").path, "/");
  EXPECT_EQ(target_parts("http://h:99999/", "h:99999").port, 80U);
  EXPECT_EQ(target_parts("http://u:p@h/#f", "u:p@h").host, "h");
  EXPECT_EQ(target_parts("http://h/a#f?x", "h").path, "/a");
  EXPECT_EQ(target_parts("/a?u=http://x/", "").scheme, "");
}

}  // namespace
}  // namespace porthole::flow
