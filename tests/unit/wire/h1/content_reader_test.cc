// RFC 9112 §6: content that is counted, chunked or ended by the close.
#include "wire/h1/content_reader.h"

#include <gtest/gtest.h>

namespace porthole::wire::h1 {
namespace {

using Step = ContentReader::Step;
using Kind = http::Framing::Kind;

struct Reading {
  HeadPools pools;
  Limits limits;
  SectionParser parser;
  ContentReader reader;
  Bytes data;
  Error error;

  explicit Reading(http::Framing framing, Side side = Side::client) { reader.begin(framing, side); }
  Step next(Bytes& input) { return reader.next(input, data, parser, pools, limits, error); }
};

TEST(ContentReader, NoContentEndsWithoutInput) {
  Bytes none;
  EXPECT_EQ(Reading({}).next(none), Step::end);
  EXPECT_EQ(Reading({.kind = Kind::length, .length = 0}).next(none), Step::end);
}

TEST(ContentReader, CountsAndLeavesTheRest) {
  Reading reading({.kind = Kind::length, .length = 5});
  Bytes input = Bytes::of_static("hel");
  EXPECT_EQ(reading.reader.plain_left(), 5u);
  EXPECT_EQ(reading.next(input), Step::data);
  EXPECT_EQ(reading.reader.plain_left(), 2u);
  EXPECT_EQ(reading.next(input), Step::more);
  input = Bytes::of_static("loGET");
  EXPECT_EQ(reading.next(input), Step::data);
  EXPECT_EQ(reading.data.view(), "lo");
  EXPECT_EQ(reading.next(input), Step::end);
  EXPECT_EQ(input.view(), "GET");
}

TEST(ContentReader, OctetsThatWentPastAreSkipped) {
  Reading reading({.kind = Kind::length, .length = 5});
  reading.reader.skip(5);
  Bytes none;
  EXPECT_EQ(reading.next(none), Step::end);
}

TEST(ContentReader, OnlyCountedContentMayGoPast) {
  EXPECT_EQ(Reading({.kind = Kind::chunked}).reader.plain_left(), 0u);
  EXPECT_EQ(Reading({.kind = Kind::until_close}).reader.plain_left(), 0u);
}

TEST(ContentReader, UntilCloseTakesEverything) {
  Reading reading({.kind = Kind::until_close});
  Bytes input = Bytes::of_static("anything");
  EXPECT_EQ(reading.next(input), Step::data);
  EXPECT_EQ(reading.data.view(), "anything");
  EXPECT_EQ(reading.next(input), Step::more);
  EXPECT_TRUE(reading.reader.ends_with_close());
  EXPECT_FALSE(Reading({.kind = Kind::chunked}).reader.ends_with_close());
}

// RFC 9112 §7.1.2
TEST(ContentReader, TrailersAreHandedOutOnlyWhenThereAreSome) {
  Reading with({.kind = Kind::chunked});
  Bytes input = Bytes::of_static("0\r\nA: b\r\n\r\n");
  EXPECT_EQ(with.next(input), Step::end);
  Pooled<http::TrailerSection> trailers = with.reader.take_trailers();
  ASSERT_TRUE(trailers);
  EXPECT_EQ(trailers->fields[0].value, "b");
  EXPECT_EQ(trailers->raw, "A: b\r\n\r\n");
  Reading without({.kind = Kind::chunked});
  input = Bytes::of_static("0\r\n\r\n");
  EXPECT_EQ(without.next(input), Step::end);
  EXPECT_FALSE(without.reader.take_trailers());
}

TEST(ContentReader, ErrorsBlameTheSender) {
  Bytes input = Bytes::of_static("x");
  Reading client({.kind = Kind::chunked}, Side::client);
  EXPECT_EQ(client.next(input), Step::error);
  EXPECT_EQ(client.error.status, 400);
  input = Bytes::of_static("x");
  Reading upstream({.kind = Kind::chunked}, Side::upstream);
  EXPECT_EQ(upstream.next(input), Step::error);
  EXPECT_EQ(upstream.error.token, Token::http_protocol_error);
}

}  // namespace
}  // namespace porthole::wire::h1
