// Encoding in pieces: what a reader can decode after a flush, at the end, and of lists.
#include "coding/encoder.h"

#include <gtest/gtest.h>

#include "support/coded.h"

namespace porthole::coding {
namespace {

constexpr std::array<std::string_view, 6> kLists = {"gzip", "deflate", "br", "zstd", "gzip, br", "br, deflate, zstd"};

std::string decoded(std::string_view coded, std::string_view codings) {
  return test::fed(coded, *CodingList::parse(codings), 1_MiB, [] { return SIZE_MAX; }).bytes;
}

TEST(Encoder, PiecesOfAnySizeGiveTheSameBody) {
  std::string body;
  for (int i = 0; i < 5000; ++i) body += std::to_string(i * 7919);
  for (std::string_view codings : kLists) {
    Encoder encoder(*CodingList::parse(codings));
    StringSink sink;
    test::Sizes next_size{7};
    for (std::size_t at = 0; at < body.size();) {
      std::size_t size = next_size();
      encoder.encode(std::string_view(body).substr(at, size), sink);
      at += size;
    }
    encoder.finish(sink);
    EXPECT_LT(sink.text.size(), body.size()) << codings;
    EXPECT_EQ(decoded(sink.text, codings), body) << codings;
  }
}

TEST(Encoder, AFlushGivesAllThatWasWritten) {
  for (std::string_view codings : kLists) {
    Encoder encoder(*CodingList::parse(codings));
    StringSink sink;
    encoder.encode("data: one\n\n", sink);
    encoder.flush(sink);
    EXPECT_EQ(decoded(sink.text, codings), "data: one\n\n") << codings;
    encoder.flush(sink);
    encoder.encode("data: two\n\n", sink);
    encoder.flush(sink);
    EXPECT_EQ(decoded(sink.text, codings), "data: one\n\ndata: two\n\n") << codings;
    encoder.finish(sink);
    EXPECT_EQ(test::fed(sink.text, *CodingList::parse(codings), 1_MiB, [] { return SIZE_MAX; }).state,
              Decoder::State::done)
        << codings;
  }
}

TEST(Encoder, NoCodingPassesTheBytes) {
  EXPECT_EQ(test::encoded("as it is", "identity"), "as it is");
  EXPECT_EQ(test::encoded("", ""), "");
}

TEST(Encoder, WhatCannotBeMadeSmallerGrowsLittle) {
  std::string noise;
  for (std::uint64_t seed = 1; noise.size() < 100'000;) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    noise += static_cast<char>(seed >> 56U);
  }
  for (std::string_view coding : kLists) EXPECT_LT(test::encoded(noise, coding).size(), noise.size() + 300) << coding;
}

TEST(Encoder, MoreEffortGivesLess) {
  constexpr std::array<std::string_view, 6> kWords = {"stock", "price", "of", "the", "shop", "item "};
  std::string body;
  test::Sizes number{3};
  for (int i = 0; i < 20'000; ++i) body += std::string(kWords[number() % 6]) + (i % 9 == 0 ? std::to_string(i) : " ");
  for (std::string_view coding : {"gzip", "br", "zstd"}) {
    EXPECT_LT(test::encoded(body, coding, Effort::balanced).size(), test::encoded(body, coding, Effort::fast).size())
        << coding;
  }
}

}  // namespace
}  // namespace porthole::coding
