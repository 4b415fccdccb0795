// Reproducible where tests need it, different where guessing must fail.
#include "base/random.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole {
namespace {

TEST(SeededRandom, RepeatsItselfForTheSameSeed) {
  SeededRandom a(7), b(7), c(8);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(a.next(), c.next());
}

TEST(SeededRandom, IsSplitmix64) {  // the published sequence for seed 1234567
  SeededRandom random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Random, StaysBelowItsBound) {
  SeededRandom random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(10));
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(*seen.rbegin(), 9U);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, WritesLettersOfItsAlphabet) {
  SeededRandom random(2);
  EXPECT_THAT(random.letters(2000), ::testing::MatchesRegex("[a-z0-9]+"));
  EXPECT_EQ(random.letters(0), "");
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.next());
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace porthole
