// zstd by a known vector (made by zstd 1.5.4), its frames, and the window that RFC 9659 §3 allows.
#include "coding/zstd_codec.h"

#include <gtest/gtest.h>

#include "support/coded.h"

namespace porthole::coding {
namespace {

using namespace std::literals;
using State = Decoder::State;

const std::string kHello = "\x28\xb5\x2f\xfd\x04\x58\x29\x00\x00\x68\x65\x6c\x6c\x6f\xa3\x6d\x9f\x88"s;
const std::string kSkippable = "\x5A\x2A\x4D\x18\x03\x00\x00\x00xyz"s;

test::DecodedBody decoded(std::string_view coded) {
  CodingList list = *CodingList::parse("zstd");
  test::DecodedBody expected = test::fed(coded, list, 1_MiB, [] { return SIZE_MAX; });
  EXPECT_EQ(test::fed(coded, list, 1_MiB, [] { return 1; }), expected) << "octet by octet";
  EXPECT_EQ(test::pulled(coded, list, 1_MiB, 1), expected) << "room for one octet";
  return expected;
}

TEST(ZstdCodec, KnownVector) { EXPECT_EQ(decoded(kHello), (test::DecodedBody{"hello", State::done, ""})); }

// RFC 8878 §3.1: frames follow one another, skippable ones among them.
TEST(ZstdCodec, FramesAreJoined) {
  EXPECT_EQ(decoded(kHello + kHello), (test::DecodedBody{"hellohello", State::done, ""}));
  EXPECT_EQ(decoded(kSkippable + kHello + kSkippable), (test::DecodedBody{"hello", State::done, ""}));
  EXPECT_EQ(decoded(kHello + kHello.substr(0, 9)).state, State::truncated);
}

TEST(ZstdCodec, TheChecksumIsVerified) {
  std::string damaged = kHello;
  damaged[10] = 'a';
  CodingList list = *CodingList::parse("zstd");
  EXPECT_EQ(test::fed(damaged, list, 1_MiB, [] { return SIZE_MAX; }).bytes, "") << "checked before it is given out";
  EXPECT_EQ(test::fed(damaged, list, 1_MiB, [] { return 1; }).bytes, "hallo") << "given out, then checked";
  EXPECT_EQ(test::fed(damaged, list, 1_MiB, [] { return 1; }).state, State::corrupt);
}

// Formats of before RFC 8878, which libzstd would still read, and anything else.
TEST(ZstdCodec, OtherMagicIsRefused) {
  EXPECT_EQ(decoded("\x27\xB5\x2F\xFD\x00\x00\x00\x00"s), (test::DecodedBody{"", State::corrupt, "no zstd frame"}));
  EXPECT_EQ(decoded("\x27\xB5\x2F"s).state, State::truncated);
}

// A frame header with a window of 8 MiB is read on, one of 16 MiB is refused: the memory is the sender's to choose otherwise.
TEST(ZstdCodec, WindowsAreLimited) {
  std::string header = "\x28\xb5\x2f\xfd\x00"s;
  std::string empty_last_block = "\x01\x00\x00"s;
  EXPECT_EQ(decoded(header + "\x68" + empty_last_block).state, State::done) << "2^(10+13)";
  EXPECT_EQ(decoded(header + "\x70" + empty_last_block).state, State::corrupt) << "2^(10+14)";
}

}  // namespace
}  // namespace porthole::coding
