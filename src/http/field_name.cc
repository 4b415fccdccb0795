// A perfect hash over length, first and last letter, found by the compiler: one table look-up and one comparison per
// field line. The comparison takes eight octets at a time and ignores case only where the known name has a letter.
#include "http/field_name.h"

#include <array>
#include <cstring>

#include "base/ascii.h"

namespace porthole::http {
namespace {

constexpr std::size_t kCount = static_cast<std::size_t>(FieldName::count_);

constexpr std::array<std::string_view, kCount> kText = {
    "",
    "Accept",
    "Accept-Encoding",
    "Age",
    "Alt-Svc",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Date",
    "ETag",
    "Expect",
    "Expires",
    "Forwarded",
    "Host",
    "HTTP2-Settings",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Keep-Alive",
    "Last-Modified",
    "Location",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Proxy-Authenticate",
    "Proxy-Authentication-Info",
    "Proxy-Authorization",
    "Proxy-Connection",
    "Proxy-Status",
    "Range",
    "Referer",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "X-Forwarded-For",
};
static_assert(kText.back() == "X-Forwarded-For", "a field name without a text");

constexpr std::size_t kLongest = 25;  // Proxy-Authentication-Info
using Lowered = std::array<char, 32>;

constexpr std::array<Lowered, kCount> kLowered = [] {
  std::array<Lowered, kCount> all{};
  for (std::size_t n = 0; n < kCount; ++n) {
    for (std::size_t i = 0; i < kText[n].size(); ++i) all[n][i] = ascii::lower(kText[n][i]);
  }
  return all;
}();

struct Hash {
  std::uint32_t by_first = 0;
  std::uint32_t by_last = 0;
  // Bit 0x20 is set in both letters: case does not matter here; the comparison decides.
  constexpr std::uint8_t operator()(std::string_view name) const {
    auto first = static_cast<std::uint32_t>(static_cast<unsigned char>(name.front()) | 0x20U);
    auto last = static_cast<std::uint32_t>(static_cast<unsigned char>(name.back()) | 0x20U);
    return static_cast<std::uint8_t>(first * by_first + last * by_last + static_cast<std::uint32_t>(name.size()));
  }
};

constexpr bool is_perfect(Hash hash) {
  std::array<bool, 256> taken{};
  for (std::size_t n = 1; n < kCount; ++n) {
    bool& slot = taken[hash(kText[n])];
    if (slot) return false;
    slot = true;
  }
  return true;
}

constexpr Hash kHash = [] {
  for (std::uint32_t first = 1; first < 256; first += 2) {
    for (std::uint32_t last = 3; last < 64; last += 2) {
      if (is_perfect({first, last})) return Hash{first, last};
    }
  }
  return Hash{};
}();
static_assert(kHash.by_first != 0, "no perfect hash: widen the search");

constexpr std::array<std::uint8_t, 256> kByHash = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t n = 1; n < kCount; ++n) table[kHash(kText[n])] = static_cast<std::uint8_t>(n);
  return table;
}();

constexpr std::array<std::uint8_t, kCount> kLength = [] {
  std::array<std::uint8_t, kCount> table{};
  for (std::size_t n = 0; n < kCount; ++n) table[n] = static_cast<std::uint8_t>(kText[n].size());
  return table;
}();

std::uint64_t load(const char* from) {
  std::uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// `lowered` holds letters, digits and "-"; only letters have bit 0x40, so only they may differ, and only in bit 0x20.
bool same_eight(std::uint64_t text, std::uint64_t lowered) {
  std::uint64_t may_differ = (lowered & 0x4040404040404040U) >> 1;
  return ((text ^ lowered) & ~may_differ) == 0;
}

bool same_name(std::string_view name, const Lowered& lowered) {
  std::size_t n = name.size();
  if (n < 8) {
    for (std::size_t i = 0; i < n; ++i) {
      if (ascii::lower(name[i]) != lowered[i]) return false;
    }
    return true;
  }
  for (std::size_t i = 0; i + 8 < n; i += 8) {
    if (!same_eight(load(name.data() + i), load(lowered.data() + i))) return false;
  }
  return same_eight(load(name.data() + n - 8), load(lowered.data() + n - 8));
}

}  // namespace

FieldName field_name_of(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return FieldName::other;
  std::size_t n = kByHash[kHash(name)];
  if (kLength[n] != name.size() || !same_name(name, kLowered[n])) return FieldName::other;
  return static_cast<FieldName>(n);
}

std::string_view field_name_text(FieldName name) { return kText[static_cast<std::size_t>(name)]; }

}  // namespace porthole::http
