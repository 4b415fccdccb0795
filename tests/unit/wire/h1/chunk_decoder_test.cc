// RFC 9112 §7.1. The spellings of bad-inputs 13-18 are in tests/golden/wire/chunked.md, cut in every way; here is the
// decoder alone: its slices, its borders, and that what is written as chunks is read again.
#include "wire/h1/chunk_decoder.h"

#include <gtest/gtest.h>

#include "support/however_cut.h"
#include "support/round_trip.h"

namespace porthole::wire::h1 {
namespace {

using Step = ChunkDecoder::Step;

TEST(ChunkDecoder, DataAreSlicesOfTheInput) {
  std::string_view text = "5\r\nhello\r\n";
  Bytes input = Bytes::of_static(text);
  Bytes data;
  const char* detail = nullptr;
  ChunkDecoder decoder;
  ASSERT_EQ(decoder.next(input, data, 1024, detail), Step::data);
  EXPECT_EQ(data.data(), text.data() + 3);
  EXPECT_EQ(data.size(), 5u);
  EXPECT_EQ(decoder.next(input, data, 1024, detail), Step::more);
}

TEST(ChunkDecoder, TheLastChunkLeavesWhatFollows) {
  Bytes input = Bytes::of_static("0\r\n\r\nGET");
  Bytes data;
  const char* detail = nullptr;
  ChunkDecoder decoder;
  ASSERT_EQ(decoder.next(input, data, 1024, detail), Step::last);
  EXPECT_EQ(input.view(), "\r\nGET");
}

// bad-inputs 14: the largest size fits, and nothing is reserved for it.
TEST(ChunkDecoder, FifteenDigitsAreTheMost) {
  Bytes input = Bytes::of_static("fffffffffffffff\r\nx");
  Bytes data;
  const char* detail = nullptr;
  ChunkDecoder decoder;
  EXPECT_EQ(decoder.next(input, data, 1024, detail), Step::data);
  EXPECT_EQ(data.view(), "x");
  input = Bytes::of_static("ffffffffffffffff\r\nx");
  ChunkDecoder other;
  EXPECT_EQ(other.next(input, data, 1024, detail), Step::error);
  EXPECT_STREQ(detail, "a chunk size has too many digits");
}

// bad-inputs 17: over the whole message.
TEST(ChunkDecoder, ExtensionsAreBoundedInTotal) {
  auto outcome = [](std::string_view text) {
    Bytes input = Bytes::of_static(text);
    Bytes data;
    const char* detail = nullptr;
    ChunkDecoder decoder;
    Step step;
    while ((step = decoder.next(input, data, 8, detail)) == Step::data) {}
    return step;
  };
  EXPECT_EQ(outcome("1;abc\r\nx\r\n1;abc\r\ny\r\n"), Step::more);
  EXPECT_EQ(outcome("1;abc\r\nx\r\n1;abcd\r\ny\r\n"), Step::error);
  EXPECT_EQ(outcome("1;abcdefg\r\nx\r\n"), Step::more);
  EXPECT_EQ(outcome("1;abcdefgh\r\nx\r\n"), Step::error);
}

TEST(ChunkDecoder, WhatIsWrittenIsReadAgain) {
  std::string content;
  for (int i = 0; i < 3000; ++i) content += static_cast<char>(i * 7);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::string written = test::encode_chunks(test::random_cuts(content, seed));
    test::Decoded decoded = test::decode_chunks(test::random_cuts(written, seed + 100));
    EXPECT_TRUE(decoded.complete);
    EXPECT_EQ(decoded.content, content);
    EXPECT_EQ(decoded.rest, "");
  }
}

}  // namespace
}  // namespace porthole::wire::h1
