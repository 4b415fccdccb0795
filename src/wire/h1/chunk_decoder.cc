// See chunk_decoder.h.
//
//   size_first -> size -+-> extension_first -> extension_name -+-> value_first -+-> value_token -+
//                       |         ^------ ";" ------------------+               +-> value_quoted <-> value_escaped
//                       |         ^------ ";" ---------------------------------------- value_end <-+
//                       +-> line_end -> data -> data_cr -> data_lf -> size_first        (any of them -> line_end by CR)
#include "wire/h1/chunk_decoder.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/characters.h"

namespace porthole::wire::h1 {
namespace {

constexpr int kDigitsMax = 15;  // 2^60: far from overflow, and no honest sender needs more
constexpr const char* kBadSize = "a chunk size is not a plain hexadecimal number";
constexpr const char* kBadExtension = "a chunk extension is malformed";

}  // namespace

ChunkDecoder::Step ChunkDecoder::next(Bytes& input, Bytes& data, std::uint32_t extension_bytes_max,
                                      const char*& detail) {
  while (!input.empty()) {
    if (state_ == State::data) {
      data = input.split(static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
      left_ -= data.size();
      if (left_ == 0) state_ = State::data_cr;
      return Step::data;
    }
    char c = *input.data();
    input.remove_prefix(1);
    detail = take_line_octet(c);
    if (detail) return Step::error;
    if (extension_bytes_ > extension_bytes_max) {
      detail = "chunk extensions are too large";
      return Step::error;
    }
    if (state_ == State::data && left_ == 0) return Step::last;
  }
  return Step::more;
}

const char* ChunkDecoder::take_line_octet(char c) {
  switch (state_) {
    case State::size_first:
    case State::size: return take_size_octet(c);
    case State::line_end:
      if (c != '\n') return "a chunk line has a CR without LF";
      state_ = State::data;
      return nullptr;
    case State::data_cr:
      if (c != '\r') return "chunk data does not end where its size says";
      state_ = State::data_lf;
      return nullptr;
    case State::data_lf:
      if (c != '\n') return "chunk data is not followed by CRLF";
      state_ = State::size_first;
      return nullptr;
    default: return take_extension_octet(c);
  }
}

const char* ChunkDecoder::take_size_octet(char c) {
  int digit = ascii::hex_value(c);
  if (digit >= 0) {
    if (state_ == State::size_first) {
      left_ = 0;
      digits_ = 0;
      state_ = State::size;
    }
    if (++digits_ > kDigitsMax) return "a chunk size has too many digits";
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return nullptr;
  }
  if (state_ == State::size_first) return kBadSize;
  if (c == '\r') {
    state_ = State::line_end;
  } else if (c == ';') {
    ++extension_bytes_;
    state_ = State::extension_first;
  } else {
    return c == '\n' ? "a chunk line ends in LF without CR" : kBadSize;
  }
  return nullptr;
}

const char* ChunkDecoder::take_extension_octet(char c) {
  ++extension_bytes_;
  bool token = http::is(http::kTokenOctet, c);
  switch (state_) {
    case State::extension_first:
      if (!token) return kBadExtension;
      state_ = State::extension_name;
      return nullptr;
    case State::extension_name:
      if (token) return nullptr;
      if (c == '=') {
        state_ = State::value_first;
        return nullptr;
      }
      break;
    case State::value_first:
      if (c == '"') state_ = State::value_quoted;
      else if (token) state_ = State::value_token;
      else return kBadExtension;
      return nullptr;
    case State::value_token:
      if (token) return nullptr;
      break;
    case State::value_quoted:
      if (c == '"') state_ = State::value_end;
      else if (c == '\\') state_ = State::value_escaped;
      else if (!http::is(http::kValueOctet, c)) return kBadExtension;
      return nullptr;
    case State::value_escaped:
      if (!http::is(http::kValueOctet, c)) return kBadExtension;
      state_ = State::value_quoted;
      return nullptr;
    default: break;
  }
  // Behind a name, a token or a closing quote.
  if (c == ';') {
    state_ = State::extension_first;
  } else if (c == '\r') {
    --extension_bytes_;  // the line ending is not part of it
    state_ = State::line_end;
  } else {
    return kBadExtension;
  }
  return nullptr;
}

}  // namespace porthole::wire::h1
