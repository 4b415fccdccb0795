// What is offered while somebody types.
#include "match/completion.h"

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

// "offset: offer offer"
std::string offers(std::string_view before) {
  Completion completion = complete(before);
  std::string text = std::to_string(completion.offset) + ":";
  for (const Offer& offer : completion.offers) text += " " + offer.text;
  return text;
}

TEST(Completion, OffersKeysForTheBeginningOfAWord) {
  EXPECT_EQ(offers("ho"), "0: host:");
  EXPECT_EQ(offers("status:5xx -ME"), "12: method:");
  EXPECT_EQ(offers("(ti"), "1: time>");
  EXPECT_EQ(offers("resp"), "0: response-header. response-body:");
  EXPECT_EQ(offers("xyz"), "0:");
}

TEST(Completion, OffersAllKeysWhenNothingIsTyped) {
  EXPECT_TRUE(offers("").starts_with("0: host: domain: path:"));
  EXPECT_TRUE(offers("host:a ").starts_with("7: host:"));
  EXPECT_FALSE(complete("").offers[0].meaning.empty());
}

TEST(Completion, OffersValuesBehindAKey) {
  EXPECT_EQ(offers("method:p"), "7: POST PUT PATCH");
  EXPECT_EQ(offers("method:GET,h"), "11: HEAD");
  EXPECT_EQ(offers("is:in"), "3: intercepted incomplete");
  EXPECT_EQ(offers("error:tls"), "6: tls_certificate_error");
  EXPECT_EQ(offers("host:"), "5:");
}

TEST(Completion, OffersNothingWithinQuotesOrBehindAnUnknownKey) {
  EXPECT_EQ(offers("body:\"ho"), "8:");
  EXPECT_EQ(offers("\"a\" ho"), "4: host:");
  EXPECT_EQ(offers("nokey:ho"), "0:");
}

}  // namespace
}  // namespace porthole::match
