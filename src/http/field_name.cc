// A perfect hash over length, first and last letter, found by the compiler: one table look-up and one comparison per
// field line. The comparison takes whole words and ignores case only where the known name has a letter.
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

template <class Word>
Word load(const char* from) {
  Word value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// `lowered` holds letters, digits and "-"; only letters have bit 0x40, so only they may differ, and only in bit 0x20.
template <class Word>
bool same_word(const char* text, const char* lowered_text) {
  auto lowered = load<Word>(lowered_text);
  Word may_differ = (lowered & static_cast<Word>(0x4040404040404040U)) >> 1;
  return ((load<Word>(text) ^ lowered) & ~may_differ) == 0;
}

bool same_name(std::string_view name, const Lowered& lowered) {
  const char* text = name.data();
  std::size_t n = name.size();
  if (n < 4) return ascii::equal_nocase(name, {lowered.data(), n});
  if (n < 8) {
    return same_word<std::uint32_t>(text, lowered.data()) &&
           same_word<std::uint32_t>(text + n - 4, lowered.data() + n - 4);
  }
  for (std::size_t i = 0; i + 8 < n; i += 8) {
    if (!same_word<std::uint64_t>(text + i, lowered.data() + i)) return false;
  }
  return same_word<std::uint64_t>(text + n - 8, lowered.data() + n - 8);
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
