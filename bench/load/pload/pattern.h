// The bytes of every body in a benchmark: what the origin serves and what an upload carries. Each byte depends on its
// offset, so that a block lost, doubled, or swapped with another is seen, not only one damaged. `bench/load/run` writes
// the origin's files by the same rule; the letters need no quoting in an nginx file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace porthole::pload {

inline constexpr std::uint64_t kPatternPeriod = 1 << 20;
inline constexpr std::string_view kPatternLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
static_assert(kPatternLetters.size() == 64);

constexpr char pattern_byte(std::uint64_t offset) {
  const std::uint64_t k = offset % kPatternPeriod;
  return kPatternLetters[(k + (k >> 6) + (k >> 12) + (k >> 18)) & 63];
}

// True if `bytes` are those of the pattern from `offset` on.
bool matches_pattern(std::string_view bytes, std::uint64_t offset);

// The first `size` bytes of the pattern.
std::string pattern(std::uint64_t size);

}  // namespace porthole::pload
