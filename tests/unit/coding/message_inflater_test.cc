// RFC 7692 §7.2: messages, their windows, and such as cannot be inflated.
#include "coding/message_inflater.h"

#include <gtest/gtest.h>

#include "support/message_deflater.h"

namespace porthole::coding {
namespace {

using namespace std::string_literals;

std::string inflated(MessageInflater& inflater, std::string_view payload, ByteCount left = 1_MiB) {
  std::string out;
  return inflater.inflate(payload, left, out) ? out : out + "!" + inflater.fault();
}

// §7.2.3, each example as it stands there.
TEST(MessageInflater, InflatesTheExamplesOfTheRfc) {
  MessageInflater inflater(true);
  EXPECT_EQ(inflated(inflater, "\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
  EXPECT_EQ(inflated(inflater, "\xf2\x00\x11\x00\x00"s), "Hello");  // from the window
  EXPECT_EQ(inflated(inflater, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "Hello");
  EXPECT_EQ(inflated(inflater, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello");  // a last block
  EXPECT_EQ(inflated(inflater, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s), "Hello");
  EXPECT_EQ(inflated(inflater, "\x00"s), "");
}

TEST(MessageInflater, ALastBlockDoesNotEndTheWindow) {
  MessageInflater inflater(true);
  EXPECT_EQ(inflated(inflater, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello");
  EXPECT_EQ(inflated(inflater, "\xf2\x00\x11\x00\x00"s), "Hello");
}

TEST(MessageInflater, LastBlocksAreNotFree) {
  constexpr ByteCount kCost = MessageInflater::kLastBlockCost;
  MessageInflater inflater(false);
  std::string out, lasts;
  for (int n = 0; n < 100; ++n) lasts += "\x03\x00"s;
  lasts += "\x00"s;
  ByteCount left = 100 * kCost + 5;
  EXPECT_TRUE(inflater.inflate(lasts, left, out));
  EXPECT_EQ(left, 5U);
  left = 100 * kCost - 1;
  EXPECT_FALSE(inflater.inflate(lasts, left, out));
  EXPECT_STREQ(inflater.fault(), "there is more in it than is inflated");
  EXPECT_EQ(left, 0U);
  EXPECT_EQ(out, "");
}

TEST(MessageInflater, ManyLastBlocksAreNotFollowedToTheirEnd) {
  test::MessageDeflater deflater(true);
  std::string lasts = deflater.deflate(std::string(40'000, 'x')) + "\x00\x00\xff\xff"s;  // a whole window
  while (lasts.size() < 8_MiB) lasts += "\x03\x00"s;
  MessageInflater inflater(true);
  EXPECT_EQ(inflated(inflater, lasts, 16_MiB), std::string(40'000, 'x') + "!there is more in it than is inflated");
}

TEST(MessageInflater, TheWindowGoesOnOrNot) {
  std::string text;
  for (int n = 0; n < 5000; ++n) text += std::to_string(n * 7919 % 10007) + ' ';
  for (bool keeps : {true, false}) {
    test::MessageDeflater deflater(keeps);
    MessageInflater inflater(keeps);
    std::size_t first = 0;
    for (std::string_view message : {std::string_view(text).substr(0, 20'000), std::string_view(text).substr(0, 20'000),
                                     std::string_view(), std::string_view(text)}) {
      std::string payload = deflater.deflate(message);
      EXPECT_EQ(inflated(inflater, payload), message);
      if (first == 0) first = payload.size();
      else if (message.size() == 20'000) EXPECT_EQ(payload.size() < first / 10, keeps);
    }
  }
}

TEST(MessageInflater, StopsAtTheCap) {
  test::MessageDeflater deflater(false);
  std::string bomb = deflater.deflate(std::string(8'000'000, '0'));
  EXPECT_LT(bomb.size(), 20'000U);
  MessageInflater inflater(false);
  EXPECT_EQ(inflated(inflater, bomb, 5), "00000!there is more in it than is inflated");
  EXPECT_EQ(inflated(inflater, bomb, 8'000'000).size(), 8'000'000U);
  EXPECT_EQ(inflated(inflater, "\xf2\x48\xcd\xc9\xc9\x07\x00"s, 5), "Hello");
  EXPECT_EQ(inflated(inflater, "\xf2\x48\xcd\xc9\xc9\x07\x00"s, 4), "Hell!there is more in it than is inflated");
}

TEST(MessageInflater, TakesWhatItGaveFromWhatIsLeftAlsoWhenItFails) {
  constexpr std::string_view kHello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7), kBroken("\0\0\xff\xff\x06", 5);
  MessageInflater inflater(false);
  std::string out;
  ByteCount left = 13;
  EXPECT_TRUE(inflater.inflate(kHello, left, out));
  EXPECT_EQ(left, 8U);
  EXPECT_FALSE(inflater.inflate(std::string(kHello).append(kBroken), left, out));
  EXPECT_STREQ(inflater.fault(), "invalid block type");
  EXPECT_EQ(left, 3U);
  EXPECT_FALSE(inflater.inflate(kHello, left, out));
  EXPECT_STREQ(inflater.fault(), "there is more in it than is inflated");
  EXPECT_EQ(left, 0U);
  EXPECT_EQ(out, "HelloHelloHel");
  EXPECT_TRUE(inflater.inflate(std::string_view("\0", 1), left, out));  // an empty one is free
}

TEST(MessageInflater, BehindABrokenMessageNothingCanGoOnFromIt) {
  constexpr std::string_view kHello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  for (std::string_view broken : {std::string_view("\xff\xff\xff"), std::string_view("\x06")}) {
    MessageInflater keeping(true), forgetting(false);
    std::string out;
    ByteCount left = 100;
    EXPECT_FALSE(keeping.inflate(broken, left, out));
    EXPECT_FALSE(forgetting.inflate(broken, left, out));
    EXPECT_STREQ(keeping.fault(), "invalid block type");
    EXPECT_EQ(inflated(keeping, kHello), "!it goes on from a message that could not be inflated");
    EXPECT_EQ(inflated(forgetting, kHello), "Hello");
  }
}

}  // namespace
}  // namespace porthole::coding
