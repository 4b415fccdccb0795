// gzip and deflate by known vectors (made by Python's zlib), members behind one another, and deflate in both wrappings.
#include "coding/zlib_codec.h"

#include <gtest/gtest.h>

#include "support/coded.h"

namespace porthole::coding {
namespace {

using namespace std::literals;
using State = Decoder::State;

const std::string kGzipHello =
    "\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\x03\xCB\x48\xCD\xC9\xC9\x07\x00\x86\xA6\x10\x36\x05\x00\x00\x00"s;
const std::string kZlibHello = "\x78\x9C\xCB\x48\xCD\xC9\xC9\x07\x00\x06\x2C\x02\x15"s;
const std::string kRawHello = "\xCB\x48\xCD\xC9\xC9\x07\x00"s;

test::DecodedBody decoded(std::string_view coded, std::string_view codings) {
  CodingList list = *CodingList::parse(codings);
  test::DecodedBody expected = test::fed(coded, list, 1_MiB, [] { return SIZE_MAX; });
  EXPECT_EQ(test::fed(coded, list, 1_MiB, [] { return 1; }), expected) << "octet by octet";
  EXPECT_EQ(test::pulled(coded, list, 1_MiB, 1), expected) << "room for one octet";
  return expected;
}

TEST(ZlibCodec, Gzip) {
  EXPECT_EQ(decoded(kGzipHello, "gzip"), (test::DecodedBody{"hello", State::done, ""}));
  EXPECT_EQ(decoded(kGzipHello, "x-gzip").bytes, "hello");
}

// RFC 1952 §2.2: a file is a series of members.
TEST(ZlibCodec, GzipMembersAreJoined) {
  EXPECT_EQ(decoded(kGzipHello + kGzipHello + test::encoded("", "gzip") + kGzipHello, "gzip"),
            (test::DecodedBody{"hellohellohello", State::done, ""}));
  EXPECT_EQ(decoded(kGzipHello + kGzipHello.substr(0, 12), "gzip").state, State::truncated);
  EXPECT_EQ(decoded(kGzipHello + std::string(512, '\0'), "gzip").state, State::done) << "padding of tapes and of tar";
}

TEST(ZlibCodec, AGzipMemberThatBeginsWellIsHeldToIt) {
  EXPECT_EQ(decoded(kGzipHello + "\x1F\x8B\xFF\xFF", "gzip").state, State::corrupt);
}

TEST(ZlibCodec, GzipChecksumAndLengthAreVerified) {
  std::string wrong_checksum = kGzipHello;
  wrong_checksum[18] = '\0';
  EXPECT_EQ(decoded(wrong_checksum, "gzip"), (test::DecodedBody{"hello", State::corrupt, "incorrect data check"}));
  std::string wrong_length = kGzipHello;
  wrong_length[21] = '\x06';
  EXPECT_EQ(decoded(wrong_length, "gzip"), (test::DecodedBody{"hello", State::corrupt, "incorrect length check"}));
}

// RFC 9110 §8.4.1.2: some send it without the zlib wrapping; browsers take both.
TEST(ZlibCodec, DeflateWrappedOrRaw) {
  EXPECT_EQ(decoded(kZlibHello, "deflate"), (test::DecodedBody{"hello", State::done, ""}));
  EXPECT_EQ(decoded(kRawHello, "deflate"), (test::DecodedBody{"hello", State::done, ""}));
  EXPECT_EQ(decoded("\x03\x00"s, "deflate"), (test::DecodedBody{"", State::done, ""})) << "the shortest raw stream";
  EXPECT_EQ(decoded("\x01\x00\x00\xFF\xFF"s, "deflate").state, State::done) << "a raw stored block";
}

TEST(ZlibCodec, DeflateOfOneOctetIsTruncated) { EXPECT_EQ(decoded("\x78", "deflate").state, State::truncated); }

TEST(ZlibCodec, DeflateIsWrittenWrapped) {
  std::string coded = test::encoded("hello", "deflate");
  EXPECT_EQ(coded[0] & 0x0F, 8);
  EXPECT_EQ(decoded(coded, "deflate").bytes, "hello");
}

TEST(ZlibCodec, APresetDictionaryIsRefused) {
  EXPECT_EQ(decoded("\x78\xBB\x00\x00\x00\x01\xCB\x48"s, "deflate"),
            (test::DecodedBody{"", State::corrupt, "preset dictionary"}));
}

}  // namespace
}  // namespace porthole::coding
