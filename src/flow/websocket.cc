// See websocket.h.
#include "flow/websocket.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace porthole::flow {
namespace {

wire::ws::Extensions extensions_of(const Flow& flow) {
  const auto& head = flow.head_of(Direction::response);
  return wire::ws::Extensions::parse(head ? fields_of(*head, "sec-websocket-extensions") : std::string());
}

std::string_view kind_of(wire::ws::Opcode opcode) {
  switch (opcode) {
    case wire::ws::Opcode::text: return "text";
    case wire::ws::Opcode::binary: return "binary";
    case wire::ws::Opcode::close: return "close";
    case wire::ws::Opcode::ping: return "ping";
    case wire::ws::Opcode::pong: return "pong";
    case wire::ws::Opcode::continuation: break;
  }
  return "";
}

wire::ws::ReaderOptions reader_options(Direction direction, const wire::ws::Extensions& extensions) {
  return {.sender = direction == Direction::request ? Side::client : Side::upstream,
          .reserved = extensions.reserved(),
          .payload_bytes_max = MessagePage::kContentMax};
}

}  // namespace

bool is_websocket(const Flow& flow) {
  const auto& head = flow.head_of(Direction::response);
  if (!flow.switched() || !head) return false;
  std::string protocols = fields_of(*head, "upgrade");
  return ascii::equal_nocase(ascii::trim(protocols), "websocket");
}

std::string websocket_text(SegmentFolder& folder, const Flow& flow, Direction direction) {
  std::string text;
  WebSocketReading reading(folder, flow);
  while (auto message = reading.next()) {
    if (message->direction == direction && message->kind != "ping" && message->kind != "pong" && !message->data.empty())
      text.append(message->data).append("\n");
  }
  return text;
}

WebSocketReading::Way::Way(Direction way, const wire::ws::Extensions& extensions)
    : direction(way),
      reader(reader_options(way, extensions)),
      inflater(way == Direction::request ? !extensions.client_no_context_takeover
                                         : !extensions.server_no_context_takeover) {}

WebSocketReading::WebSocketReading(SegmentFolder& folder, const Flow& flow)
    : folder_(folder),
      flow_(flow),
      deflate_(extensions_of(flow).deflate),
      ways_{Way(Direction::request, extensions_of(flow)), Way(Direction::response, extensions_of(flow))} {}

std::optional<Message> WebSocketReading::next() {
  do {
    if (!way_ || way_->stopped) continue;
    if (*gap_ != '\0') return stop(*way_, gap_, at_);
    if (auto read = way_->reader.next(left_)) {
      if (way_->messages++ == kMessagesMax) return stop(*way_, "there are more messages than are read", at_);
      return message_of(*way_, std::move(*read));
    }
    if (*way_->reader.fault() != '\0') return stop(*way_, way_->reader.fault(), at_);
  } while (load());
  return ending();
}

// The piece that came next, of whichever direction. False when there is none.
bool WebSocketReading::load() {
  way_ = nullptr;
  for (Way& way : ways_) {
    const auto& pieces = flow_.content[static_cast<std::size_t>(way.direction)].pieces;
    if (way.stopped || way.piece == pieces.size()) continue;
    auto record_of = [&](const Way& one) {
      return flow_.content[static_cast<std::size_t>(one.direction)].pieces[one.piece].record.value;
    };
    if (!way_ || record_of(way) < record_of(*way_)) way_ = &way;
  }
  if (!way_) return false;
  const RecordedContent& content = flow_.content[static_cast<std::size_t>(way_->direction)];
  const RecordedPiece& piece = content.pieces[way_->piece++];
  at_ = piece.at;
  octets_.clear();
  if (piece.offset != way_->taken || read_content(folder_, content, piece.offset, piece.size, octets_) != piece.size)
    gap_ = "octets are missing here";
  else if (way_->taken + piece.size > MessagePage::kContentMax) gap_ = "there is more than is read";
  else gap_ = "";
  way_->taken += piece.size;
  left_ = octets_;
  return true;
}

Message WebSocketReading::message_of(Way& way, wire::ws::Message&& read) {
  Message message{.end = way.taken - left_.size(),
                  .at = at_,
                  .direction = way.direction,
                  .kind = std::string(kind_of(read.opcode)),
                  .size = read.size};
  if (read.reserved == 0) message.data = std::move(read.payload);
  else if (read.reserved == wire::ws::kRsv1 && deflate_) inflate(way, std::move(read.payload), message);
  else {
    message.fault = "an extension that is not known here has changed it";
    message.data = std::move(read.payload);
  }
  if (read.opcode == wire::ws::Opcode::close) {
    message.code = wire::ws::close_of(message.data).code;
    message.data.erase(0, 2);
    message.size = message.data.size();
  }
  return message;
}

void WebSocketReading::inflate(Way& way, std::string&& payload, Message& message) {
  message.compressed = true;
  if (way.inflater.inflate(payload, way.inflatable, message.data)) {
    message.size = message.data.size();
  } else {
    message.fault = way.inflater.fault();
    message.data = std::move(payload);
  }
}

Message WebSocketReading::stop(Way& way, std::string_view why, std::int64_t at) {
  way.stopped = true;
  return {.end = way.taken, .at = at, .direction = way.direction, .kind = "unreadable", .data = {}, .fault = why};
}

// What is said of a flow that has ended, where its octets do not end with a message.
std::optional<Message> WebSocketReading::ending() {
  if (!flow_.ended) return std::nullopt;
  std::int64_t at = (flow_.row.begun.time_since_epoch() + flow_.row.took).count();
  for (Way& way : ways_) {
    if (way.stopped) continue;
    if (way.taken < flow_.content[static_cast<std::size_t>(way.direction)].size)
      return stop(way, "what followed was counted, not kept", at);
    if (way.reader.within()) return stop(way, "it ends within a message", at);
  }
  return std::nullopt;
}

}  // namespace porthole::flow
