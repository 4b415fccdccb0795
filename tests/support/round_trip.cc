// See round_trip.h.
#include "support/round_trip.h"

#include <vector>

#include "wire/h1/content_reader.h"
#include "wire/h1/section_parser.h"
#include "wire/h1/writer.h"

namespace porthole::test {
namespace {

using wire::h1::SectionParser;

std::string text_of(ByteQueue& queue) {
  std::string text;
  while (!queue.empty()) text += queue.pop().view();
  return text;
}

template <class Head>
bool parse(std::string_view input, Head& head) {
  wire::Limits limits;
  Bytes bytes({}, input.data(), input.size());
  Error error;
  SectionParser parser;
  return parser.parse(bytes, {head, limits}, error) == SectionParser::Outcome::complete;
}

bool same_fields(const http::Fields& a, const http::Fields& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].name != b[i].name || a[i].value != b[i].value || a[i].id != b[i].id) return false;
  }
  return true;
}

template <class Head>
std::string written(const Head& head) {
  BlockPool blocks;
  ByteQueue queue(blocks);
  wire::h1::write_head(queue, head);
  return text_of(queue);
}

// A head at the limit may pass it when it is written with a space behind each colon.
constexpr std::size_t kRoom = 1024;

}  // namespace

bool request_survives_writing(std::string_view input) {
  http::RequestHead first;
  if (!parse(input, first) || first.raw.size() + kRoom > wire::Limits().head_bytes) return true;
  http::RequestHead second;
  std::string text = written(first);
  return parse(text, second) && first.method_text == second.method_text && first.target_text == second.target_text &&
         first.version == second.version && same_fields(first.fields, second.fields) && second.raw == text;
}

bool response_survives_writing(std::string_view input) {
  http::ResponseHead first;
  if (!parse(input, first) || first.raw.size() + kRoom > wire::Limits().head_bytes) return true;
  http::ResponseHead second;
  std::string text = written(first);
  return parse(text, second) && second.tolerated.empty() && first.status == second.status &&
         first.reason == second.reason && first.version == second.version && same_fields(first.fields, second.fields);
}

Decoded decode_chunks(const Pieces& pieces, Side side, const wire::Limits& limits) {
  wire::HeadPools pools;
  wire::h1::ContentReader reader;
  SectionParser parser;
  reader.begin({.kind = http::Framing::Kind::chunked}, side);
  Decoded decoded;
  for (std::string_view piece : pieces) {
    std::vector<char> exact(piece.begin(), piece.end());  // a sanitizer sees a read behind its end
    Bytes input({}, exact.data(), exact.size());
    while (!input.empty() && !decoded.complete && !decoded.error) {
      Bytes data;
      Error error;
      switch (reader.next(input, data, parser, pools, limits, error)) {
        case wire::h1::ContentReader::Step::data: decoded.content += data.view(); break;
        case wire::h1::ContentReader::Step::end: decoded.complete = true; break;
        case wire::h1::ContentReader::Step::error: decoded.error = true; break;
        case wire::h1::ContentReader::Step::more: break;
      }
    }
    if (decoded.complete) decoded.rest += input.view();
  }
  if (decoded.complete) {
    if (auto trailers = reader.take_trailers()) decoded.trailers = trailers->raw;
  }
  return decoded;
}

std::string encode_chunks(const Pieces& pieces) {
  BlockPool blocks;
  ByteQueue queue(blocks);
  wire::h1::ContentWriter writer;
  writer.begin({.kind = http::Framing::Kind::chunked});
  for (std::string_view piece : pieces) writer.data(queue, Bytes({}, piece.data(), piece.size()));
  writer.end(queue, nullptr);
  return text_of(queue);
}

}  // namespace porthole::test
