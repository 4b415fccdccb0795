// See messages.h.
#include "flow/messages.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "flow/websocket.h"

namespace porthole::flow {
namespace {

std::string_view kind_of(const Flow& flow) {
  const auto& head = flow.head_of(Direction::response);
  if (!head) return "";
  std::string type = fields_of(*head, "content-type");
  std::string_view name = ascii::trim(std::string_view(type).substr(0, type.find(';')));
  if (ascii::equal_nocase(name, "text/event-stream")) return "sse";
  for (std::string_view lines :
       {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-seq"})
    if (ascii::equal_nocase(name, lines)) return "ndjson";
  return "";
}

// The content in pieces of one message each: events end with an empty line, lines with their end.
class Cutter {
 public:
  Cutter(std::string_view kind, std::string_view text) : events_(kind == "sse"), text_(text) {}
  // Nothing when what is left has no end. The octets include the end.
  std::string_view next() {
    std::size_t at = 0;
    while (at < text_.size()) {
      std::size_t end = text_.find_first_of(events_ ? "\r\n" : "\n", at);
      if (end == std::string_view::npos) return {};
      bool empty = end == at;
      bool pair = events_ && text_[end] == '\r';
      if (pair && end + 1 == text_.size()) return {};  // its LF may still come
      at = end + 1 + (pair && text_[end + 1] == '\n' ? 1 : 0);
      if (!events_ || empty) return take(at);
    }
    return {};
  }
  std::string_view rest() { return take(text_.size()); }

 private:
  std::string_view take(std::size_t size) {
    std::string_view taken = text_.substr(0, size);
    text_.remove_prefix(size);
    return taken;
  }
  bool events_;
  std::string_view text_;
};

// WHATWG HTML §9.2.6: the data lines joined, under the event's name. Without any, what else it says.
Message event_of(std::string_view octets) {
  Message message{.kind = "text"};
  std::string comments;
  bool data = false, fields = false;
  while (!octets.empty()) {
    std::size_t end = std::min(octets.find_first_of("\r\n"), octets.size());
    std::string_view line = octets.substr(0, end);
    octets.remove_prefix(std::min(end + 1, octets.size()));
    if (line.empty()) continue;
    std::size_t colon = std::min(line.find(':'), line.size());
    std::string_view name = line.substr(0, colon), value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name.empty()) {
      comments.append(comments.empty() ? "" : "\n").append(value);
      continue;
    }
    fields = true;
    if (name == "event") message.kind = value.empty() ? "text" : value.substr(0, 64);
    if (name == "data") message.data.append(std::exchange(data, true) ? "\n" : "").append(value);
    else if (!data && name != "event") comments.append(comments.empty() ? "" : "\n").append(line);
  }
  if (!data) {
    message.kind = fields ? "no data" : "comment";
    message.data = std::move(comments);
  }
  return message;
}

Message line_of(std::string_view octets) {
  Message message{.kind = "text"};
  message.data = ascii::trim(octets.substr(0, octets.find_last_not_of("\r\n") + 1));
  return message;
}

// When the octet before `end` came. Decoded content has no such places: then all came when its flow is read to have.
std::int64_t came_at(const RecordedContent& content, ByteCount end, std::int64_t otherwise) {
  auto piece =
      std::lower_bound(content.pieces.begin(), content.pieces.end(), end,
                       [](const RecordedPiece& one, ByteCount wanted) { return one.offset + one.size < wanted; });
  return piece == content.pieces.end() ? otherwise : piece->at;
}

// Not within a character.
void cut(std::string& text) {
  std::size_t size = MessagePage::kDataMax;
  while (size > MessagePage::kDataMax - 4 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  text.resize(size);
}

MessagePage websocket_page(SegmentFolder& folder, const Flow& flow, std::size_t from, std::size_t most) {
  MessagePage page{.kind = "websocket", .messages = {}};
  WebSocketReading reading(folder, flow);
  ByteCount octets = 0;
  for (std::size_t n = 0; auto message = reading.next(); ++n) {
    if (n < from) continue;
    if (page.messages.size() == most || octets > MessagePage::kPageMax) {
      page.more = true;
      break;
    }
    message->n = n;
    message->cut = message->data.size() > MessagePage::kDataMax;
    if (message->cut) cut(message->data);
    octets += message->data.size();
    page.messages.push_back(std::move(*message));
  }
  return page;
}

}  // namespace

MessagePage messages_in(std::string_view kind, std::string_view text, bool ended, std::size_t from, std::size_t most) {
  MessagePage page{.kind = kind, .messages = {}};
  std::string_view left = text;
  if (left.starts_with("\xef\xbb\xbf")) left.remove_prefix(3);  // a byte order mark
  Cutter cutter(page.kind, left);
  for (std::size_t n = 0;;) {
    std::string_view octets = cutter.next();
    if (octets.empty() && ended) octets = cutter.rest();
    page.next = n;
    if (octets.empty()) return page;
    if (octets.find_first_not_of("\r\n") == std::string_view::npos) continue;  // empty lines between
    if (n++ < from) continue;
    if (page.messages.size() == most) {
      page.more = true;
      return page;
    }
    Message message = page.kind == "sse" ? event_of(octets) : line_of(octets);
    message.n = n - 1;
    message.end = static_cast<ByteCount>(octets.data() + octets.size() - text.data());
    message.size = message.data.size();
    message.cut = message.size > MessagePage::kDataMax;
    if (message.cut) cut(message.data);
    page.messages.push_back(std::move(message));
  }
}

MessagePage messages_of(SegmentFolder& folder, const Flow& flow, std::size_t from, std::size_t most) {
  if (is_websocket(flow)) return websocket_page(folder, flow, from, most);
  std::string_view kind = kind_of(flow);
  if (kind.empty()) return {};
  const RecordedContent& content = flow.content[1];
  bool coded = !fields_of(*flow.head_of(Direction::response), "content-encoding").empty();
  std::string text;
  bool all = true, broken = false;
  if (coded) {
    DecodedContent decoded = decoded_content(folder, flow, Direction::response, MessagePage::kContentMax);
    text = std::move(decoded.text);
    bool kept = content.kept == content.size && text.size() < MessagePage::kContentMax;
    broken = flow.ended && kept && !decoded.whole && !decoded.early;
    all = kept && !broken;
  } else {
    read_content(folder, content, 0, MessagePage::kContentMax, text);
    all = text.size() == content.size;
  }
  MessagePage page = messages_in(kind, text, flow.ended && all, from, most);
  if (!all && !page.more && page.next >= from) {
    if (page.messages.size() == most) page.more = true;
    else
      page.messages.push_back({.n = page.next,
                               .end = text.size(),
                               .kind = "unreadable",
                               .data = {},
                               .fault = broken ? "its content coding is broken here"
                                               : "what follows was not kept, or is beyond what is read"});
  }
  std::int64_t last = content.pieces.empty() ? 0 : content.pieces.back().at;
  for (Message& message : page.messages) message.at = coded ? last : came_at(content, message.end, last);
  return page;
}

std::optional<MessageCount> count_messages(SegmentFolder& folder, const Flow& flow) {
  if (!is_websocket(flow)) return std::nullopt;
  MessageCount count;
  WebSocketReading reading(folder, flow);
  while (auto message = reading.next()) {
    if (message->kind == "text" || message->kind == "binary")
      ++(message->direction == Direction::request ? count.to_server : count.to_client);
  }
  return count;
}

}  // namespace porthole::flow
