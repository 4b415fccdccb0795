// br by a known vector, and its borders.
#include "coding/brotli_codec.h"

#include <gtest/gtest.h>

#include "support/coded.h"

namespace porthole::coding {
namespace {

using namespace std::literals;
using State = Decoder::State;

test::DecodedBody decoded(std::string_view coded) {
  return test::fed(coded, *CodingList::parse("br"), 1_MiB, [] { return SIZE_MAX; });
}

TEST(BrotliCodec, KnownVectors) {
  EXPECT_EQ(decoded("\x0b\x02\x80\x68\x65\x6c\x6c\x6f\x03"s), (test::DecodedBody{"hello", State::done, ""}));
  EXPECT_EQ(decoded("\x06"s), (test::DecodedBody{"", State::done, ""})) << "RFC 7932 §9.1: an empty last block";
}

// RFC 7932 §9.1: 0x11 begins a window size that is reserved; libbrotli reads "large windows" of up to 1 GiB there if asked.
TEST(BrotliCodec, LargeWindowsAreRefused) { EXPECT_EQ(decoded("\x11\x1E\x03\x00"s).state, State::corrupt); }

TEST(BrotliCodec, AFaultHasWords) { EXPECT_EQ(decoded("\xFF\xFF\xFF\xFF"s).fault, "malformed brotli stream"); }

}  // namespace
}  // namespace porthole::coding
