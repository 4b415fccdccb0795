// See content_reader.h. A trailer section is taken from the pool only when it has a line.
#include "wire/h1/content_reader.h"

#include <algorithm>

namespace porthole::wire::h1 {

using Kind = http::Framing::Kind;

void ContentReader::begin(const http::Framing& framing, Side side) {
  side_ = side;
  left_ = framing.kind == Kind::length ? framing.length : 0;
  chunks_ = ChunkDecoder();
  trailers_.reset();
  state_ = framing.kind == Kind::chunked       ? State::chunks
           : framing.kind == Kind::until_close ? State::until_close
                                               : State::counted;
}

void ContentReader::abandon() {
  state_ = State::counted;
  left_ = 0;
  trailers_.reset();
}

Error ContentReader::grammar_error(const char* detail) const {
  constexpr const char* kClause = "RFC 9112 §7.1";
  return side_ == Side::client ? client_error(400, detail, kClause)
                               : upstream_error(Token::http_protocol_error, detail, kClause);
}

ContentReader::Step ContentReader::next(Bytes& input, Bytes& data, SectionParser& parser, HeadPools& pools,
                                        const Limits& limits, Error& error) {
  if (state_ == State::counted) {
    if (left_ == 0) return Step::end;
    if (input.empty()) return Step::more;
    data = input.split(static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
    left_ -= data.size();
    return Step::data;
  }
  if (input.empty()) return Step::more;
  if (state_ == State::until_close) {
    data = std::exchange(input, Bytes());
    return Step::data;
  }
  if (state_ == State::chunks) {
    const char* detail = nullptr;
    switch (chunks_.next(input, data, limits.chunk_extension_bytes, detail)) {
      case ChunkDecoder::Step::more: return Step::more;
      case ChunkDecoder::Step::data: return Step::data;
      case ChunkDecoder::Step::error: error = grammar_error(detail); return Step::error;
      case ChunkDecoder::Step::last: state_ = State::trailers_first; break;
    }
  }
  return next_trailers(input, parser, pools, limits, error);
}

ContentReader::Step ContentReader::next_trailers(Bytes& input, SectionParser& parser, HeadPools& pools,
                                                 const Limits& limits, Error& error) {
  if (input.empty()) return Step::more;
  if (state_ == State::trailers_first) {
    if (*input.data() == '\r') {
      input.remove_prefix(1);
      state_ = State::final_lf;
      if (input.empty()) return Step::more;
    } else {
      trailers_ = pools.trailers.take();
      parser.reset();
      state_ = State::trailers;
    }
  }
  if (state_ == State::final_lf) {
    if (*input.data() != '\n') {
      error = grammar_error("the last chunk is not followed by CRLF");
      return Step::error;
    }
    input.remove_prefix(1);
    return Step::end;
  }
  switch (parser.parse(input, Section(*trailers_, side_, limits), error)) {
    case SectionParser::Outcome::more: return Step::more;
    case SectionParser::Outcome::complete: return Step::end;
    case SectionParser::Outcome::error: break;
  }
  return Step::error;
}

}  // namespace porthole::wire::h1
