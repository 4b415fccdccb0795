// The checksum of records in a segment: finds torn and stale records, and bits that flipped. It is no defence against whoever
// can write the file. One multiplication for eight bytes: a head of 400 costs 60 ns. docs/formats/segment.md defines it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace porthole::flow {

constexpr std::uint64_t checksum_step(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Of `bytes`, behind what `seed` stands for: a segment's own number, or the checksum of bytes before these.
inline std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15, kOther = 0xd6e8feb86659fd93;
  std::uint64_t state = seed ^ kOther;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    state = checksum_step(state ^ word, kOdd) + at;
  }
  std::uint64_t last = 0;
  if (at < bytes.size()) std::memcpy(&last, bytes.data() + at, bytes.size() - at);
  state = checksum_step(state ^ last, kOdd);
  return checksum_step(state ^ bytes.size(), kOther);
}

}  // namespace porthole::flow
