// Heads and trailer sections (RFC 9112 §5). What is accepted and refused is in tests/golden/wire; here: where the views
// point, that the exact octets are kept, and that limits of any size do not depend on the cuts.
#include "wire/h1/section_parser.h"

#include <gtest/gtest.h>

#include "support/however_cut.h"

namespace porthole::wire::h1 {
namespace {

using Outcome = SectionParser::Outcome;

bool inside(std::string_view part, std::string_view text) {
  return part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size();
}

// Feeds pieces that are gone before the next one comes, as a socket's scratch buffer is.
template <class Head>
Outcome parse(const test::Pieces& pieces, Head& head, std::string* rest = nullptr) {
  SectionParser parser;
  Limits limits;
  Error error;
  Outcome outcome = Outcome::more;
  for (std::string_view piece : pieces) {
    std::vector<char> scratch(piece.begin(), piece.end());
    Bytes input({}, scratch.data(), scratch.size());
    if (outcome == Outcome::more) outcome = parser.parse(input, {head, limits}, error);
    if (rest && outcome == Outcome::complete) *rest += input.view();
  }
  return outcome;
}

constexpr std::string_view kHead =
    "GET http://www.example.com:80/p?q HTTP/1.1\r\nHost: www.example.com:80\r\nX-a:  b \t\r\nEmpty:\r\n\r\n";

TEST(SectionParser, EveryViewPointsIntoTheKeptOctets) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    http::RequestHead head;
    test::Pieces pieces = seed == 0 ? test::octets(kHead) : test::random_cuts(kHead, seed);
    ASSERT_EQ(parse(pieces, head), Outcome::complete);
    EXPECT_EQ(head.raw, kHead);
    for (std::string_view view : {head.method_text, head.target_text, head.target.scheme_text,
                                  head.target.authority.host, head.target.path_and_query}) {
      EXPECT_TRUE(inside(view, head.raw));
    }
    EXPECT_EQ(head.target.authority.host, "www.example.com");
    for (const http::Field& field : head.fields)
      EXPECT_TRUE(inside(field.name, head.raw) && inside(field.value, head.raw));
    EXPECT_EQ(head.fields[1].value, "b");
    EXPECT_EQ(line_of(head.fields[1], head.raw), "X-a:  b");
  }
}

TEST(SectionParser, ViewsSurviveTheGrowthOfALongHead) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 150; ++i)
    text += "Name-" + std::to_string(i) + ": value-" + std::to_string(i) + std::string(300, 'x') + "\r\n";
  text += "\r\n";
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    http::ResponseHead head;
    ASSERT_EQ(parse(test::random_cuts(text, seed), head), Outcome::complete);
    EXPECT_EQ(head.raw, text);
    EXPECT_EQ(head.reason, "OK");
    ASSERT_EQ(head.fields.size(), 150u);
    EXPECT_EQ(head.fields[149].name, "Name-149");
    EXPECT_TRUE(head.fields[149].value.starts_with("value-149x"));
  }
}

TEST(SectionParser, WhatFollowsTheHeadStaysInTheInput) {
  http::RequestHead head;
  std::string rest;
  std::string text = std::string(kHead) + "body";
  EXPECT_EQ(parse(test::whole(text), head, &rest), Outcome::complete);
  EXPECT_EQ(rest, "body");
}

// bad-inputs 7, 24: raw is what came, the parsed form what was understood.
TEST(SectionParser, TolerancesAreRecordedAndRawIsExact) {
  std::string text = "HTTP/1.1 200 OK\nA : b\r\nC: d\r\n  e\r\n\r\n";
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    http::ResponseHead head;
    ASSERT_EQ(parse(seed == 0 ? test::octets(text) : test::random_cuts(text, seed), head), Outcome::complete);
    EXPECT_EQ(head.raw, text);
    ASSERT_EQ(head.tolerated.size(), 3u);
    EXPECT_EQ(head.tolerated[0].kind, http::ChangeKind::tolerated_bare_lf);
    EXPECT_EQ(head.tolerated[1].before, "A : b");
    EXPECT_EQ(head.tolerated[1].after, "A: b");
    EXPECT_EQ(head.tolerated[2].before, "C: d\r\n  e");
    EXPECT_EQ(head.tolerated[2].after, "C: d e");
    EXPECT_EQ(head.fields[1].value, "d e");
  }
}

TEST(SectionParser, LimitsOfAnySizeDoNotDependOnTheCuts) {
  std::string text = "GET http://hhhh/aaaaaaaaaa HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n";
  for (std::uint32_t limit = 1; limit < 70; ++limit) {
    test::server_events(text, {.limits = {.head_bytes = limit}});
    test::server_events(text, {.limits = {.target_bytes = limit}});
    test::server_events(text, {.limits = {.method_bytes = limit}});
    test::server_events(
        text,
        {.limits = {.head_bytes = 71 - limit, .fields = limit % 5, .target_bytes = limit, .method_bytes = limit / 3}});
  }
}

}  // namespace
}  // namespace porthole::wire::h1
