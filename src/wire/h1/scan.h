// Looking for octets in lines, sixteen at a time where the machine can (SSE2 is part of every amd64).
#pragma once

#include <cstring>
#include <string_view>

#include "http/characters.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace porthole::wire::h1 {

// The first LF at or behind `from`, or npos.
inline std::size_t find_line_feed(std::string_view text, std::size_t from) {
  const void* found = from < text.size() ? std::memchr(text.data() + from, '\n', text.size() - from) : nullptr;
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
}

// True when every octet may stand in a field value or reason phrase (RFC 9110 §5.5).
inline bool is_value(std::string_view text) {
  std::size_t i = 0;
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; i + 16 <= text.size(); i += 16) {
    __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(octets, last_control), octets);
    __m128i bad = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(octets, tab), control), _mm_cmpeq_epi8(octets, del));
    if (_mm_movemask_epi8(bad) != 0) return false;
  }
#endif
  for (; i < text.size(); ++i) {
    if (!http::is(http::kValueOctet, text[i])) return false;
  }
  return true;
}

}  // namespace porthole::wire::h1
