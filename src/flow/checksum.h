// The checksum of segments and their indexes: finds torn and stale records, and bits that flipped. It is no defence against
// whoever can write the file. XXH3 of libxxhash, compiled in; docs/decisions/0016-xxh3.md says why.
#pragma once

#include <cstdint>
#include <string_view>

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage, readability-identifier-naming): the name is libxxhash's
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace porthole::flow {

inline std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}
// Without a seed, which costs long inputs 192 octets of it.
inline std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace porthole::flow
