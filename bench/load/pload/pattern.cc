// The pattern as bytes: made for uploads, compared for answers. Comparing against one prepared period costs a memcmp.
#include "pload/pattern.h"

#include <algorithm>

namespace porthole::pload {

std::string pattern(std::uint64_t size) {
  std::string bytes(size, '\0');
  for (std::uint64_t k = 0; k < size; ++k) bytes[k] = pattern_byte(k);
  return bytes;
}

bool matches_pattern(std::string_view bytes, std::uint64_t offset) {
  static const std::string period = pattern(kPatternPeriod);
  while (!bytes.empty()) {
    const std::uint64_t at = offset % kPatternPeriod;
    const auto size = std::min<std::uint64_t>(bytes.size(), kPatternPeriod - at);
    if (bytes.substr(0, size) != std::string_view(period).substr(at, size)) return false;
    bytes.remove_prefix(size);
    offset += size;
  }
  return true;
}

}  // namespace porthole::pload
