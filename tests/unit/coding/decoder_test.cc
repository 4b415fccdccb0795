// Decoding whatever the cuts, and stopping: at the cap (bad-inputs 47), at corruption, at an early end, behind the end.
#include "coding/decoder.h"

#include <gtest/gtest.h>

#include "support/coded.h"

namespace porthole::coding {
namespace {

using test::encoded;
using State = Decoder::State;

constexpr std::array<std::string_view, 4> kEach = {"gzip", "deflate", "br", "zstd"};
constexpr ByteCount kAmple = 1_MiB;

CodingList list_of(std::string_view codings) { return *CodingList::parse(codings); }

// The same however it is cut and however little room there is.
test::DecodedBody decoded(std::string_view coded, std::string_view codings, ByteCount cap = kAmple) {
  CodingList list = list_of(codings);
  test::DecodedBody expected = test::fed(coded, list, cap, [] { return SIZE_MAX; });
  EXPECT_EQ(test::fed(coded, list, cap, [] { return 1; }), expected) << codings << ", octet by octet";
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    EXPECT_EQ(test::fed(coded, list, cap, test::Sizes{seed}), expected) << codings << ", cuts of seed " << seed;
  }
  EXPECT_EQ(test::pulled(coded, list, cap, 1), expected) << codings << ", room for one octet";
  EXPECT_EQ(test::pulled(coded, list, cap, 50'000), expected) << codings << ", much room";
  return expected;
}

std::string prose() {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i * i) + " of a body\n";
  return text;
}

TEST(Decoder, UndoesWhatWasDone) {
  std::string body = prose();
  for (std::string_view coding : kEach) {
    EXPECT_EQ(decoded(encoded(body, coding), coding), (test::DecodedBody{body, State::done, ""})) << coding;
  }
}

TEST(Decoder, NoCodingPassesTheBytes) {
  EXPECT_EQ(decoded("plain", "identity"), (test::DecodedBody{"plain", State::done, ""}));
  EXPECT_EQ(decoded("plain", "", 3), (test::DecodedBody{"pla", State::capped, ""}));
}

// RFC 9110 §8.4: listed in the order in which they were applied.
TEST(Decoder, UndoesTheLastOfAListFirst) {
  std::string body = prose();
  std::string inner = encoded(body, "gzip");
  EXPECT_EQ(decoded(encoded(inner, "br"), "gzip, br").bytes, body);
  EXPECT_EQ(decoded(encoded(inner, "br"), "br, gzip").state, State::corrupt);
  for (std::string_view all : {"zstd, br, deflate, gzip", "br, br, gzip, zstd, deflate"}) {
    EXPECT_EQ(decoded(encoded(body, all), all), (test::DecodedBody{body, State::done, ""})) << all;
  }
}

// Servers answer HEAD, 204 and 304 with Content-Encoding and no content.
TEST(Decoder, AnEmptyBodyIsEmptyUnderAnyCoding) {
  for (std::string_view coding : kEach) {
    EXPECT_EQ(decoded("", coding), (test::DecodedBody{"", State::done, ""})) << coding;
    EXPECT_EQ(decoded(encoded("", coding), coding), (test::DecodedBody{"", State::done, ""})) << coding;
  }
}

TEST(Decoder, TheCapIsExact) {
  std::string body(1000, 'x');
  for (std::string_view coding : kEach) {
    std::string coded = encoded(body, coding);
    EXPECT_EQ(decoded(coded, coding, 1000), (test::DecodedBody{body, State::done, ""})) << coding;
    EXPECT_EQ(decoded(coded, coding, 999), (test::DecodedBody{body.substr(1), State::capped, ""})) << coding;
    EXPECT_EQ(decoded(coded, coding, 0), (test::DecodedBody{"", State::capped, ""})) << coding;
  }
}

// bad-inputs 47, nested: a zstd frame (RFC 8878 §3.1.1) of 81,920 blocks that each repeat one octet 128 Ki times, in gzip.
TEST(Decoder, TenGigabytesInUnderTenKilobytesStopAtTheCap) {
  constexpr std::uint32_t kBlockBytes = 128 * 1024;
  constexpr std::uint32_t kRepeated = 1U << 1U;
  std::string frame("\x28\xB5\x2F\xFD\x00\x68", 6);
  for (ByteCount bytes = 0; bytes < 10_GiB; bytes += kBlockBytes) {
    std::uint32_t header = kBlockBytes << 3U | kRepeated;
    for (unsigned shift : {0U, 8U, 16U}) frame += static_cast<char>(header >> shift);
    frame += 'B';
  }
  std::string bomb = encoded(frame, "gzip");
  EXPECT_LT(bomb.size(), 10'000U);
  Decoder decoder(list_of("zstd, gzip"));
  StringSink sink;
  EXPECT_EQ(decoder.feed(bomb, sink), State::capped);
  EXPECT_EQ(sink.text, std::string(8_MiB, 'B'));
}

// bad-inputs 47 for each coding alone.
TEST(Decoder, ABombStopsAtTheCap) {
  std::string zeros(64_MiB, '\0');
  for (std::string_view coding : kEach) {
    std::string bomb = encoded(zeros, coding);
    Decoder decoder(list_of(coding), {.output_bytes_max = 100'000});
    StringSink sink;
    EXPECT_EQ(decoder.feed(bomb, sink), State::capped) << coding;
    EXPECT_EQ(sink.text, std::string(100'000, '\0')) << coding;
    EXPECT_EQ(decoder.feed(bomb, sink), State::capped) << coding << ": it stays so";
    EXPECT_EQ(decoder.finish(), State::capped) << coding;
    EXPECT_EQ(decoder.output_bytes(), 100'000U) << coding;
  }
}

TEST(Decoder, ANestedBombStopsAtTheCap) {
  std::string bomb = encoded(std::string(64_MiB, '\0'), "br, br");
  EXPECT_LT(bomb.size(), 1000U) << "64 MiB in a packet";
  EXPECT_EQ(test::fed(bomb, list_of("br, br"), 100'000, [] { return SIZE_MAX; }).state, State::capped);
}

// An outer coding full of inner ones that give nothing: no output ever reaches the cap, so each layer has its own.
TEST(Decoder, LayersThatGiveNothingAreCappedToo) {
  std::string nothing = encoded("", "gzip");
  std::string members;
  while (members.size() < 1_MiB) members += nothing;
  std::string bomb = encoded(members, "gzip");
  EXPECT_LT(bomb.size(), 10'000U);
  EXPECT_EQ(decoded(bomb, "gzip, gzip", 1000), (test::DecodedBody{"", State::capped, ""}));
  EXPECT_EQ(decoded(members, "gzip", 1000).state, State::done) << "without nesting the input itself is the bound";
}

TEST(Decoder, AnEarlyEndIsTruncatedWhereverItComes) {
  std::string body = prose().substr(0, 400);
  for (std::string_view coding : kEach) {
    std::string coded = encoded(body, coding);
    for (std::size_t size = 1; size < coded.size(); ++size) {
      test::DecodedBody cut = test::fed(coded.substr(0, size), list_of(coding), kAmple, [] { return SIZE_MAX; });
      EXPECT_EQ(cut.state, State::truncated) << coding << " after " << size << " of " << coded.size();
      EXPECT_TRUE(body.starts_with(cut.bytes)) << coding;
    }
  }
}

TEST(Decoder, AWholeOuterCodingCanHoldATruncatedInnerOne) {
  std::string inner = encoded(prose(), "gzip");
  std::string coded = encoded(inner.substr(0, inner.size() / 2), "deflate");
  EXPECT_EQ(decoded(coded, "gzip, deflate").state, State::truncated);
}

// Each octet changed: whatever comes out, it ends, within the cap; and where there is a checksum, a changed body is noticed.
TEST(Decoder, CorruptionAtEachOctetEndsInAnAnswer) {
  std::string body = prose().substr(0, 300);
  for (std::string_view coding : kEach) {
    std::string coded = encoded(body, coding);
    std::size_t corrupt = 0;
    for (std::size_t at = 0; at < coded.size(); ++at) {
      std::string damaged = coded;
      damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
      test::DecodedBody got = test::fed(damaged, list_of(coding), 10'000, [] { return SIZE_MAX; });
      EXPECT_NE(got.state, State::more);
      EXPECT_LE(got.bytes.size(), 10'000U);
      EXPECT_EQ(got.state == State::corrupt, !got.fault.empty());
      corrupt += got.state == State::corrupt;
      if (coding != "br" && got.state == State::done) EXPECT_EQ(got.bytes, body) << coding << " octet " << at;
    }
    EXPECT_GT(corrupt, coded.size() / 4) << coding;
  }
}

TEST(Decoder, CorruptStaysCorrupt) {
  for (std::string_view coding : kEach) {
    Decoder decoder(list_of(coding));
    StringSink sink;
    EXPECT_EQ(decoder.feed("\xFF\xFF\xFF\xFF\xFF not this coding", sink), State::corrupt) << coding;
    EXPECT_EQ(decoder.feed(encoded("fine", coding), sink), State::corrupt) << coding;
    EXPECT_EQ(decoder.finish(), State::corrupt) << coding;
    EXPECT_STRNE(decoder.fault(), "") << coding;
    EXPECT_EQ(sink.text, "") << coding;
  }
}

// As browsers do.
TEST(Decoder, WhatStandsBehindTheEndIsIgnored) {
  for (std::string_view coding : kEach) {
    for (std::string_view garbage : {"x", "\r\n", "\x1F", "\x28\xB5", "garbage behind it"}) {
      EXPECT_EQ(decoded(encoded("body", coding) + std::string(garbage), coding),
                (test::DecodedBody{"body", State::done, ""}))
          << coding << " with " << garbage;
    }
  }
}

TEST(Decoder, APullerSetsThePace) {
  std::string bomb = encoded(std::string(1_MiB, 'z'), "gzip");
  Decoder decoder(list_of("gzip"));
  std::string_view input = bomb;
  std::array<char, 100> buffer;
  std::span<char> out(buffer);
  EXPECT_EQ(decoder.decode(input, out), State::full);
  EXPECT_TRUE(out.empty());
  EXPECT_FALSE(input.empty()) << "the rest of the input waits with its owner";
  EXPECT_EQ(decoder.decode(input, out), State::full) << "no room, no work";
  EXPECT_EQ(decoder.output_bytes(), 100U);
}

}  // namespace
}  // namespace porthole::coding
