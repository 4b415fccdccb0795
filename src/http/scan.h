// Looking for octets, sixteen at a time where the machine can (SSE2 is part of every amd64; elsewhere one by one). A head
// of a browser costs a third of the instructions it did with a table look-up for each octet.
// Nothing is read beyond the text: its last octets are looked at together with some before them.
#pragma once

#include <string_view>

#include "http/characters.h"

#if defined(__SSE2__)
#include <bit>

#include <emmintrin.h>
#endif

namespace porthole::http {
namespace detail {

#if defined(__SSE2__)
using Octets = __m128i;
inline Octets repeated(char c) { return _mm_set1_epi8(c); }
inline Octets equal(Octets octets, char c) { return _mm_cmpeq_epi8(octets, repeated(c)); }
inline Octets at_most(Octets octets, char c) { return _mm_cmpeq_epi8(_mm_min_epu8(octets, repeated(c)), octets); }
inline Octets at_least(Octets octets, char c) { return _mm_cmpeq_epi8(_mm_max_epu8(octets, repeated(c)), octets); }
inline Octets either(Octets a, Octets b) { return _mm_or_si128(a, b); }
#endif

// The first octet at or behind `from` that matches, or text.size(). `Match` has matches(char) and, for sixteen octets,
// marks(Octets).
template <class Match>
std::size_t find(std::string_view text, std::size_t from, Match match) {
#if defined(__SSE2__)
  auto mask_at = [&](std::size_t at) {
    auto octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    return static_cast<unsigned>(_mm_movemask_epi8(match.marks(octets)));
  };
  for (; from + 16 <= text.size(); from += 16) {
    unsigned mask = mask_at(from);
    if (mask != 0) return from + static_cast<std::size_t>(std::countr_zero(mask));
  }
  if (from >= text.size()) return text.size();
  if (text.size() >= 16) {
    unsigned mask = mask_at(text.size() - 16) >> (16 - (text.size() - from));
    return mask != 0 ? from + static_cast<std::size_t>(std::countr_zero(mask)) : text.size();
  }
#endif
  while (from < text.size() && !match.matches(text[from])) ++from;
  return from;
}

struct IsOctet {
  char octet;
  bool matches(char c) const { return c == octet; }
#if defined(__SSE2__)
  Octets marks(Octets octets) const { return equal(octets, octet); }
#endif
};

struct IsEither {
  char first, second;
  bool matches(char c) const { return c == first || c == second; }
#if defined(__SSE2__)
  Octets marks(Octets octets) const { return either(equal(octets, first), equal(octets, second)); }
#endif
};

struct IsControl {
  bool matches(char c) const { return c == '\t' || !is(kValueOctet, c); }
#if defined(__SSE2__)
  Octets marks(Octets octets) const { return either(at_most(octets, 0x1f), equal(octets, 0x7f)); }
#endif
};

struct IsNoTarget {
  bool matches(char c) const { return !is(kTargetOctet, c); }
#if defined(__SSE2__)
  Octets marks(Octets octets) const {
    return either(either(at_most(octets, ' '), at_least(octets, 0x7f)),
                  either(equal(octets, '#'), equal(octets, '\\')));
  }
#endif
};

}  // namespace detail

// Each gives text.size() when there is none.
inline std::size_t find_octet(std::string_view text, std::size_t from, char octet) {
  return detail::find(text, from, detail::IsOctet{octet});
}
inline std::size_t find_either(std::string_view text, std::size_t from, char first, char second) {
  return detail::find(text, from, detail::IsEither{first, second});
}
// The first octet that is no kTargetOctet.
inline std::size_t find_no_target(std::string_view text, std::size_t from) {
  return detail::find(text, from, detail::IsNoTarget{});
}
// The first control character: HTAB too, which a value may have.
inline std::size_t find_control(std::string_view text, std::size_t from) {
  return detail::find(text, from, detail::IsControl{});
}
// The end of the field value that begins at `from`: the first octet that is none (RFC 9110 §5.5).
inline std::size_t find_value_end(std::string_view text, std::size_t from) {
  std::size_t end = find_control(text, from);
  while (end < text.size() && text[end] == '\t') end = find_control(text, end + 1);
  return end;
}
// True when every octet may stand in a field value or a reason phrase.
inline bool is_value(std::string_view text) { return find_value_end(text, 0) == text.size(); }

}  // namespace porthole::http
