// ChunkDecoder takes the chunked transfer coding off (RFC 9112 §7.1), up to the last chunk's line; trailers are the
// caller's. Strict, because lenient readers of chunk lines are how requests are smuggled (bad-inputs 13-18): at most 15
// hexadecimal digits, CRLF exactly, extensions `;name[=token|"quoted"]` without blanks and bounded over the whole message.
// One octet at a time through an enum of states, never recursive, and a few bytes of state.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace porthole::wire::h1 {

class ChunkDecoder {
 public:
  enum class Step : std::uint8_t {
    more,   // all input was taken
    data,   // `data` is a slice of the input
    last,   // the last chunk's line was taken; the trailer section follows
    error,  // `detail` says what is wrong
  };

  Step next(Bytes& input, Bytes& data, std::uint32_t extension_bytes_max, const char*& detail);

 private:
  enum class State : std::uint8_t {
    size_first,       // a digit must come
    size,             // a digit, ";" or CR
    extension_first,  // behind ";"
    extension_name,
    value_first,  // behind "="
    value_token,
    value_quoted,
    value_escaped,  // behind "\"
    value_end,      // behind the closing quote
    line_end,       // LF must come
    data,
    data_cr,  // the CR and LF behind the data
    data_lf,
  };
  // Judges one octet of a chunk line; null or what is wrong with it.
  const char* take_line_octet(char c);
  const char* take_size_octet(char c);
  const char* take_extension_octet(char c);

  std::uint64_t left_ = 0;  // of the chunk's size line being read, then of its data
  std::uint32_t extension_bytes_ = 0;
  std::uint8_t digits_ = 0;
  State state_ = State::size_first;
};

}  // namespace porthole::wire::h1
