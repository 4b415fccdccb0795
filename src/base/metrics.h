// Counts of what happens, per worker: each metric has one writing thread and any number of readers, so adding is a plain
// load, add and store. A room groups its metrics in a struct next to the code that counts; each worker owns one of it, and
// who exports sums over the workers (total()) and writes them with MetricsText (metrics_text.h). No registration, no globals.
// Names end in their unit: porthole_upstream_dial_seconds, porthole_client_received_bytes_total (STYLE 33).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "base/units.h"

namespace porthole {

// Only grows.
class Counter {
 public:
  // By the owner's thread.
  void add(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  // From any thread.
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// Goes up and down: what is open now, what is queued now.
class Gauge {
 public:
  // By the owner's thread.
  void add(std::int64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  // From any thread.
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_ = 0;
};

// How often something took how long. The bounds are fixed, the same for all: from a cached answer to a hopeless server.
class Histogram {
 public:
  // Upper bounds in microseconds, included; above the last there is one more bucket.
  static constexpr std::array<std::uint64_t, 16> kBounds = {
      500,     1'000,   2'500,     5'000,     10'000,    25'000,     50'000,     100'000,
      250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 60'000'000};
  static constexpr std::size_t kBuckets = kBounds.size() + 1;

  // By the owner's thread. Below zero counts as zero.
  void observe(Duration took) {
    std::uint64_t nanoseconds = took.count() > 0 ? static_cast<std::uint64_t>(took.count()) : 0;
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && nanoseconds > kBounds[bucket] * 1000) ++bucket;
    buckets_[bucket].add();
    nanoseconds_.add(nanoseconds);
  }
  // From any thread: how many fell into bucket i alone (not those below it too).
  std::uint64_t bucket(std::size_t i) const { return buckets_[i].value(); }
  std::uint64_t nanoseconds() const { return nanoseconds_.value(); }

 private:
  std::array<Counter, kBuckets> buckets_;
  Counter nanoseconds_;  // wraps after 584 years of waiting
};

// The sum of one histogram over workers.
struct HistogramTotal {
  std::array<std::uint64_t, Histogram::kBuckets> buckets{};
  std::uint64_t nanoseconds = 0;

  HistogramTotal& operator+=(const Histogram& histogram) {
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += histogram.bucket(i);
    nanoseconds += histogram.nanoseconds();
    return *this;
  }
};

// Sums over workers: `total(groups, &UpstreamMetrics::dials)`, where each of `groups` points to one worker's struct.
template <class Group>
std::uint64_t total(std::span<const Group* const> groups, Counter Group::* member) {
  std::uint64_t sum = 0;
  for (const Group* group : groups) sum += (group->*member).value();
  return sum;
}
template <class Group>
std::int64_t total(std::span<const Group* const> groups, Gauge Group::* member) {
  std::int64_t sum = 0;
  for (const Group* group : groups) sum += (group->*member).value();
  return sum;
}
template <class Group>
HistogramTotal total(std::span<const Group* const> groups, Histogram Group::* member) {
  HistogramTotal sum;
  for (const Group* group : groups) sum += group->*member;
  return sum;
}

}  // namespace porthole
