// Every token has its spelling of RFC 9209 §2.3, and no two share one.
#include "base/error.h"

#include <set>
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"

namespace porthole {
namespace {

TEST(Token, SpellsEveryTokenOnce) {
  std::set<std::string_view> seen;
  for (int i = 1; i < static_cast<int>(Token::count_); ++i) {
    std::string text(token_text(static_cast<Token>(i)));
    EXPECT_THAT(text, ::testing::MatchesRegex("[a-z_]+"));
    EXPECT_TRUE(seen.insert(token_text(static_cast<Token>(i))).second) << text;
  }
  EXPECT_EQ(token_text(Token::none), "-");
}

TEST(Token, KeepsTheOrderOfItsSpellings) {
  EXPECT_EQ(token_text(Token::dns_timeout), "dns_timeout");
  EXPECT_EQ(token_text(Token::connection_refused), "connection_refused");
  EXPECT_EQ(token_text(Token::connection_limit_reached), "connection_limit_reached");
  EXPECT_EQ(token_text(Token::tls_alert_received), "tls_alert_received");
  EXPECT_EQ(token_text(Token::http_request_denied), "http_request_denied");
  EXPECT_EQ(token_text(Token::http_response_timeout), "http_response_timeout");
  EXPECT_EQ(token_text(Token::proxy_loop_detected), "proxy_loop_detected");
}

TEST(Error, SaysWhoseFaultItIs) {
  EXPECT_EQ(client_error(400, "x").side, Side::client);
  EXPECT_EQ(client_error(431, "x").status, 431);
  EXPECT_EQ(upstream_error(Token::http_protocol_error, "x").side, Side::upstream);
  EXPECT_EQ(upstream_error(Token::http_protocol_error, "x").status, 502);
  EXPECT_EQ(Error{}.retry, Retry::no);
  static_assert(std::is_trivially_copyable_v<Error>);
}

Result<int> half(int n) {
  if (n % 2) return fail(client_error(400, "odd"));
  return n / 2;
}

Result<int> quarter(int n) {
  PH_TRY(int first, half(n));
  PH_TRY(int second, half(first));
  return second;
}

Result<> even(int n) {
  PH_CHECK(half(n));
  return {};
}

TEST(Result, TryReturnsTheErrorAndElseGoesOn) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_STREQ(quarter(6).error().detail, "odd");
  EXPECT_FALSE(quarter(3));
  EXPECT_TRUE(even(2));
  EXPECT_FALSE(even(3));
}

}  // namespace
}  // namespace porthole
