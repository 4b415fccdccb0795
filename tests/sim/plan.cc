// See plan.h. All content is cut from one random ring; where it begins depends on the request and the direction.
#include "sim/plan.h"

#include <algorithm>
#include <array>

#include "base/random.h"

namespace porthole::sim {
namespace {

constexpr std::size_t kRing = 65'521;

const std::array<char, kRing>& ring() {
  static const std::array<char, kRing> bytes = [] {
    std::array<char, kRing> made{};
    SeededRandom random(7);
    for (char& c : made) c = static_cast<char>(random.next());
    return made;
  }();
  return bytes;
}

std::size_t position(std::uint32_t id, int side, std::uint64_t from) {
  return static_cast<std::size_t>((std::uint64_t{id} * 7919 + static_cast<std::uint64_t>(side) * 15'013 + from) %
                                  kRing);
}

}  // namespace

void append_content(std::string& out, std::uint32_t id, int side, std::uint64_t from, std::size_t bytes) {
  std::size_t at = position(id, side, from);
  while (bytes > 0) {
    std::size_t n = std::min(bytes, kRing - at);
    out.append(ring().data() + at, n);
    bytes -= n;
    at = 0;
  }
}

bool is_content(std::string_view bytes, std::uint32_t id, int side, std::uint64_t from) {
  std::size_t at = position(id, side, from);
  while (!bytes.empty()) {
    std::size_t n = std::min(bytes.size(), kRing - at);
    if (bytes.substr(0, n) != std::string_view(ring().data() + at, n)) return false;
    bytes.remove_prefix(n);
    at = 0;
  }
  return true;
}

}  // namespace porthole::sim
