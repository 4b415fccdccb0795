// Content of a recorded flow: see flow.h.
#include <algorithm>

#include "coding/decoder.h"
#include "flow/flow.h"

namespace porthole::flow {
namespace {

constexpr ByteCount kFeed = 256_KiB;  // read and decoded at once

std::string_view fault_of(coding::Decoder::State state, const coding::Decoder& decoder) {
  switch (state) {
    case coding::Decoder::State::corrupt: return decoder.fault();
    case coding::Decoder::State::truncated: return "the coded content ends too early";
    case coding::Decoder::State::capped: return "there is more than is decoded";
    default: return "";
  }
}

}  // namespace

ByteCount read_content(SegmentFolder& folder, const RecordedContent& content, ByteCount offset, ByteCount most,
                       std::string& out) {
  ByteCount taken = 0;
  auto piece = std::upper_bound(content.pieces.begin(), content.pieces.end(), offset,
                                [](ByteCount wanted, const RecordedPiece& one) { return wanted < one.offset; });
  if (piece != content.pieces.begin()) --piece;
  for (; piece != content.pieces.end() && taken < most; ++piece) {
    ByteCount at = offset + taken;
    if (at < piece->offset) break;
    if (at >= piece->offset + piece->size) continue;
    auto record = folder.at(piece->record);
    if (!record) break;
    EventReader in(record->payload);
    if (in.number<ByteCount>() != piece->offset || in.rest().size() != piece->size) break;
    std::string_view bytes = in.rest().substr(at - piece->offset).substr(0, most - taken);
    out += bytes;
    taken += bytes.size();
  }
  return taken;
}

DecodedContent decoded_content(SegmentFolder& folder, const Flow& flow, Direction direction, ByteCount most) {
  const RecordedContent& content = flow.content[static_cast<std::size_t>(direction)];
  const auto& head = flow.head_of(direction);
  DecodedContent decoded;
  auto codings = coding::CodingList::parse(head ? fields_of(*head, "content-encoding") : std::string());
  if (!codings) {
    decoded.fault = "its content coding is not one that is undone here";
    decoded.plain = false;
    codings = coding::CodingList();
  }
  coding::Decoder decoder(*codings, {.output_bytes_max = most});
  coding::StringSink sink;
  coding::Decoder::State state = coding::Decoder::State::more;
  ByteCount offset = 0;
  std::string bytes;
  while (state == coding::Decoder::State::more) {
    bytes.clear();
    ByteCount taken = read_content(folder, content, offset, kFeed, bytes);
    if (taken == 0) break;
    offset += taken;
    state = decoder.feed(bytes, sink);
  }
  if (state == coding::Decoder::State::more) state = decoder.finish();
  decoded.text = std::move(sink.text);
  bool all = offset == content.size;
  if (decoded.fault.empty()) decoded.fault = fault_of(state, decoder);
  if (!all && state == coding::Decoder::State::truncated) decoded.fault = "not all of it was kept";
  decoded.early = all && state == coding::Decoder::State::truncated;
  decoded.whole = decoded.fault.empty() && all;
  return decoded;
}

}  // namespace porthole::flow
