// Units that appear in every room: byte counts, durations and instants. A number without its unit in the type has it
// last in its name (`body_bytes_max`). No I/O, no state.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace porthole {

using ByteCount = std::uint64_t;

inline namespace literals {
constexpr ByteCount operator""_KiB(unsigned long long n) { return n << 10; }
constexpr ByteCount operator""_MiB(unsigned long long n) { return n << 20; }
constexpr ByteCount operator""_GiB(unsigned long long n) { return n << 30; }
}  // namespace literals

using Duration = std::chrono::nanoseconds;
// Monotonic; only differences mean anything.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;
// Wall clock, for logs and the Date field only; never for deadlines.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

constexpr Instant kNever = Instant::max();

// How long `bytes` take at `rate` (> 0) bytes a second, in whole seconds and at most a year.
constexpr Duration time_at_rate(ByteCount bytes, ByteCount rate) {
  constexpr ByteCount kYearSeconds = 365 * 86'400;
  return std::chrono::seconds(bytes / rate < kYearSeconds ? bytes / rate : kYearSeconds);
}

}  // namespace porthole
