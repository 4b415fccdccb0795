// Counters, gauges and histograms of one writer and many readers, and their sums over workers.
#include "base/metrics.h"

#include <thread>

#include <gtest/gtest.h>

namespace porthole {
namespace {

struct RoomMetrics {
  Counter dials;
  Gauge open;
  Histogram dial_seconds;
};

TEST(Metrics, CountsUpAndGaugesBothWays) {
  RoomMetrics room;
  room.dials.add();
  room.dials.add(41);
  room.open.add(3);
  room.open.add(-4);
  EXPECT_EQ(room.dials.value(), 42U);
  EXPECT_EQ(room.open.value(), -1);
  room.open.set(7);
  EXPECT_EQ(room.open.value(), 7);
}

TEST(Metrics, PutsADurationOnABoundIntoThatBucket) {
  for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
    Histogram histogram;
    Duration bound = std::chrono::microseconds(Histogram::kBounds[i]);
    histogram.observe(bound);
    histogram.observe(bound + Duration(1));
    EXPECT_EQ(histogram.bucket(i), 1U);
    EXPECT_EQ(histogram.bucket(i + 1), 1U);
  }
}

TEST(Metrics, CountsExtremeDurations) {
  Histogram histogram;
  histogram.observe(Duration(-5));
  histogram.observe(Duration(0));
  histogram.observe(std::chrono::hours(24));
  EXPECT_EQ(histogram.bucket(0), 2U);
  EXPECT_EQ(histogram.bucket(Histogram::kBuckets - 1), 1U);
  EXPECT_EQ(histogram.nanoseconds(), 86'400'000'000'000U);
}

TEST(Metrics, SumsOverWorkers) {
  std::array<RoomMetrics, 3> workers;
  std::array<const RoomMetrics*, 3> groups = {&workers[0], &workers[1], &workers[2]};
  for (RoomMetrics& worker : workers) {
    worker.dials.add(2);
    worker.open.add(-1);
    worker.dial_seconds.observe(std::chrono::milliseconds(1));
  }
  std::span<const RoomMetrics* const> all(groups);
  EXPECT_EQ(total(all, &RoomMetrics::dials), 6U);
  EXPECT_EQ(total(all, &RoomMetrics::open), -3);
  HistogramTotal dials = total(all, &RoomMetrics::dial_seconds);
  EXPECT_EQ(dials.buckets[1], 3U);
  EXPECT_EQ(dials.nanoseconds, 3'000'000U);
}

TEST(Metrics, AreReadFromOtherThreadsWhileTheyGrow) {
  RoomMetrics room;
  std::thread writer([&room] {
    for (int i = 0; i < 100'000; ++i) room.dials.add();
  });
  std::uint64_t seen = 0;
  while (seen < 100'000) {
    std::uint64_t now = room.dials.value();
    ASSERT_GE(now, seen);
    seen = now;
  }
  writer.join();
}

}  // namespace
}  // namespace porthole
