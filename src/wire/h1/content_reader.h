// ContentReader finds the content of one message in what arrives (RFC 9112 §6): it counts, takes chunks off, or waits for
// the close. Both sessions use it. Data are slices of the input; nothing is copied but trailer lines.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "http/framing.h"
#include "wire/h1/chunk_decoder.h"
#include "wire/h1/section_parser.h"
#include "wire/session.h"

namespace porthole::wire::h1 {

class ContentReader {
 public:
  enum class Step : std::uint8_t { more, data, end, error };

  // `side` is who sends the content: errors blame it.
  void begin(const http::Framing& framing, Side side);
  // Takes from `input`. `parser` is free while content is read; it reads the trailers.
  Step next(Bytes& input, Bytes& data, SectionParser& parser, HeadPools& pools, const Limits& limits, Error& error);
  // The trailers, after `end`; null when there were none.
  Pooled<http::TrailerSection> take_trailers() { return std::move(trailers_); }
  // The sender closed. True when that completes the content.
  bool ends_with_close() const { return state_ == State::until_close; }
  void abandon();

  // Octets still to come, when they are counted and sent as they are; else 0.
  std::uint64_t plain_left() const { return state_ == State::counted ? left_ : 0; }
  void skip(std::uint64_t bytes) {
    PH_ASSERT(bytes <= plain_left());
    left_ -= bytes;
  }

 private:
  enum class State : std::uint8_t {
    counted,  // `left_` octets, may be 0
    until_close,
    chunks,
    trailers_first,  // the first octet decides whether there are trailers
    final_lf,        // the LF of the empty line, without trailers
    trailers,
  };
  Step next_trailers(Bytes& input, SectionParser& parser, HeadPools& pools, const Limits& limits, Error& error);
  Error grammar_error(const char* detail) const;

  State state_ = State::counted;
  Side side_ = Side::client;
  ChunkDecoder chunks_;
  std::uint64_t left_ = 0;
  Pooled<http::TrailerSection> trailers_;
};

}  // namespace porthole::wire::h1
