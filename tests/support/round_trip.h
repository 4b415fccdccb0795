// Writing what was read, and reading it again: parse(write(x)) == x, for heads and for chunked content.
// Used by unit tests and fuzz targets.
#pragma once

#include <string>
#include <string_view>

#include "support/transcript.h"

namespace porthole::test {

// True when `input` does not begin with an acceptable head, or when that head, written and read again, is the same.
bool request_survives_writing(std::string_view input);
bool response_survives_writing(std::string_view input);

struct Decoded {
  bool complete = false;  // the last chunk and the trailers were read
  bool error = false;
  std::string content;
  std::string trailers;  // as received
  std::string rest;      // behind the end
  bool operator==(const Decoded&) const = default;
};
Decoded decode_chunks(const Pieces& pieces, Side side = Side::client, const wire::Limits& limits = {});
// One chunk for each piece.
std::string encode_chunks(const Pieces& pieces);

}  // namespace porthole::test
