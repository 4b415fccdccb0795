// What a run counted. Every request ends in exactly one of these: ok, or one of the failures.
//
// A connection may be closed by the proxy between two requests. Only where the response before said
// `Connection: close` did the proxy give notice, and then the client opened a new one: no failure. A request that was
// sent and got not one byte back counts as `unanswered`, whether its connection was fresh or kept.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "pload/options.h"

namespace porthole::pload {

enum class Failure : std::uint8_t {
  kConnect,     // no connection: refused, or none left
  kUnanswered,  // request sent, connection closed or reset, no byte of a response
  kCut,         // closed or reset in the middle of a response
  kStatus,      // a whole response, but not 2xx
  kBody,        // a whole response, but not the body expected, or a malformed one
  kTimeout,     // neither whole nor closed within --timeout
};
inline constexpr std::size_t kFailures = 6;

// Times in buckets of at most 1.6 % width: memory stays the same however long the run.
class Histogram {
 public:
  void add(std::chrono::nanoseconds time);
  // The upper edge of the bucket where the share `part` (0..1) of all times lies below. 0 if none was added.
  std::chrono::microseconds quantile(double part) const;

 private:
  static constexpr unsigned kStepBits = 6;  // 64 steps for each doubling
  static constexpr std::size_t kBuckets = std::size_t{64 - kStepBits + 1} << kStepBits;
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t added_ = 0;
};

struct Tally {
  std::uint64_t ok = 0;
  std::array<std::uint64_t, kFailures> failures{};
  std::uint64_t unanswered_fresh = 0;  // those of kUnanswered whose connection had not answered anything yet
  std::uint64_t refused_at_end = 0;    // slots that ended because the proxy no longer listens (--until-refused)
  std::uint64_t tunnels = 0;           // CONNECTs answered 2xx
  std::uint64_t closes_announced = 0;  // kept connections that ended after `Connection: close`
  std::uint64_t idle = 0;              // connections silent on purpose
  std::uint64_t idle_lost = 0;         // idle connections that the proxy closed while we waited
  std::uint64_t body_bytes = 0;        // received
  std::uint64_t uploaded_bytes = 0;    // bodies of requests answered ok
  Histogram latency;

  void fail(Failure failure) { ++failures[static_cast<std::size_t>(failure)]; }
  std::uint64_t failed() const;
};

// One line of JSON, without the newline. `phase` is "ready" or "done".
std::string to_json(const Tally& tally, const Options& options, const char* phase, double seconds, double cpu_seconds);

}  // namespace porthole::pload
