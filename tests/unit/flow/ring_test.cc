// The ring between a worker and the recorder: order, wrapping, refusal when full, and two threads at once.
#include "flow/ring.h"

#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/random.h"

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

bool put(Ring& ring, std::string_view text, std::size_t spare = 0) {
  std::span<char> room = ring.reserve(text.size(), spare);
  if (room.size() != text.size()) return false;
  std::memcpy(room.data(), text.data(), text.size());
  ring.commit();
  return true;
}

std::string take(Ring& ring) {
  std::span<char> front = ring.front();
  std::string text(front.data(), front.size());
  if (!front.empty()) ring.pop();
  return text;
}

TEST(Ring, GivesBackWhatWasPutInOrder) {
  Ring ring(1_KiB);
  EXPECT_TRUE(ring.front().empty());
  ASSERT_TRUE(put(ring, "one"));
  ASSERT_TRUE(put(ring, "two, longer than eight"));
  EXPECT_EQ(take(ring), "one");
  EXPECT_EQ(take(ring), "two, longer than eight");
  EXPECT_TRUE(ring.front().empty());
  EXPECT_EQ(ring.waiting(), 0U);
}

TEST(Ring, ShowsNothingBeforeCommit) {
  Ring ring(1_KiB);
  ASSERT_EQ(ring.reserve(8).size(), 8U);
  EXPECT_TRUE(ring.front().empty());
  ASSERT_TRUE(put(ring, "instead"));
  EXPECT_EQ(take(ring), "instead");
}

TEST(Ring, RefusesWhatDoesNotFitAndTakesItWhenThereIsRoom) {
  Ring ring(1_KiB);
  std::string quarter(240, 'x');
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(put(ring, quarter)) << i;
  EXPECT_FALSE(put(ring, quarter));
  EXPECT_EQ(take(ring), quarter);
  EXPECT_TRUE(put(ring, quarter));
  EXPECT_TRUE(ring.reserve(ring.record_max() + 1).empty()) << "a record larger than a quarter is never taken";
}

TEST(Ring, KeepsTheSpareFreeForWhatMattersMore) {
  Ring ring(1_KiB);
  int bodies = 0;
  while (put(ring, std::string(120, 'b'), 256)) ++bodies;
  EXPECT_EQ(bodies, 6);  // 6 x 128 + 256 = 1024
  EXPECT_TRUE(put(ring, std::string(240, 'h')));
}

TEST(Ring, WrapsAtAnyPlace) {
  Ring ring(1_KiB);
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(1 + random.below(ring.record_max() - 1), static_cast<char>('a' + i % 26));
    ASSERT_TRUE(put(ring, text)) << i;
    ASSERT_EQ(take(ring), text) << i;
  }
}

// Run under the thread sanitizer, too. Each record carries its number, so a lost, doubled or torn one is seen.
TEST(Ring, RingsTheBellWhenTheReaderIsAnEighthBehind) {
  Bell bell;
  Ring ring(8_KiB, &bell);
  auto waited = [&](Duration most) {
    auto begun = std::chrono::steady_clock::now();
    bell.wait(most);
    return std::chrono::steady_clock::now() - begun;
  };
  for (int i = 0; i < 1000; ++i) {  // a reader that looks often
    ASSERT_TRUE(put(ring, std::string(500, 'a')));
    EXPECT_EQ(take(ring).size(), 500U);
  }
  EXPECT_GE(waited(50ms), 50ms);
  ASSERT_TRUE(put(ring, std::string(1020, 'a')));
  EXPECT_LT(waited(1h), 10min);
  EXPECT_GE(waited(50ms), 50ms);
  while (put(ring, std::string(500, 'a'))) {}
  EXPECT_LT(waited(1h), 10min);
}

TEST(Ring, CarriesWhatOneThreadWritesToAnother) {
  constexpr std::uint32_t kRecords = 50'000;
  Ring ring(16_KiB);
  std::thread writer([&] {
    SeededRandom random(3);
    for (std::uint32_t i = 0; i < kRecords;) {
      std::size_t size = 8 + random.below(600);
      std::span<char> room = ring.reserve(size);
      if (room.empty()) {
        std::this_thread::yield();
        continue;
      }
      std::memset(room.data(), static_cast<int>(i & 0x7f), size);
      std::memcpy(room.data(), &i, sizeof i);
      ring.commit();
      ++i;
    }
  });
  std::uint32_t expected = 0;
  std::uint64_t torn = 0;
  while (expected < kRecords) {
    std::span<char> front = ring.front();
    if (front.empty()) {
      std::this_thread::yield();
      continue;
    }
    std::uint32_t number = 0;
    std::memcpy(&number, front.data(), sizeof number);
    if (number != expected) break;
    for (std::size_t i = sizeof number; i < front.size(); ++i) torn += front[i] != static_cast<char>(number & 0x7f);
    ring.pop();
    ++expected;
  }
  EXPECT_EQ(expected, kRecords);
  EXPECT_EQ(torn, 0U);
  while (expected < kRecords && !ring.front().empty()) ring.pop();
  writer.join();
}

}  // namespace
}  // namespace porthole::flow
