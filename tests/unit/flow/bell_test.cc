// The bell: heard once, never lost, and patience has an end.
#include "flow/bell.h"

#include <thread>

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

Duration waited(Bell& bell, Duration most) {
  auto begun = std::chrono::steady_clock::now();
  bell.wait(most);
  return std::chrono::steady_clock::now() - begun;
}

TEST(Bell, RungTwiceIsHeardOnce) {
  Bell bell;
  bell.ring();
  bell.ring();
  EXPECT_LT(waited(bell, 1h), 10min);
  EXPECT_GE(waited(bell, 50ms), 50ms);
}

TEST(Bell, LosesNoRingHoweverTheTwoMeet) {
  Bell bell, answer;
  constexpr int kRings = 2000;
  std::thread ringer([&] {
    for (int i = 0; i < kRings; ++i) {
      bell.ring();
      answer.wait(1h);
    }
  });
  for (int i = 0; i < kRings; ++i) {
    bell.wait(1h);  // a lost ring would be an hour
    answer.ring();
  }
  ringer.join();
}

}  // namespace
}  // namespace porthole::flow
