// Messages: what passed as a sequence inside the content of one response, server-sent events (WHATWG HTML §9.2) or lines of JSON;
// or both ways after a 101, as a WebSocket (websocket.h). Read from the records again for each question, so also while they still
// come; bounded whatever was recorded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/flow.h"

namespace porthole::flow {

struct Message {
  std::size_t n = 0;    // from 0
  ByteCount end = 0;    // octets of the content to behind its last
  std::int64_t at = 0;  // Unix nanoseconds: when its last octet came
  Direction direction = Direction::response;
  // "text" for a line and an event without a name; an event's name; "comment".
  // Of a WebSocket: "text", "binary", "ping", "pong", "close"; "unreadable" where a direction cannot be read on.
  std::string kind;
  ByteCount size = 0;  // octets of its data
  std::string data;    // at most MessagePage::kDataMax of it
  bool cut = false;
  bool compressed = false;            // permessage-deflate was used; undone, unless there is a fault
  std::optional<std::uint16_t> code;  // of a close
  // Why it is unreadable; or why its data are as they passed, compressed or changed by an extension. A literal.
  std::string_view fault;
};

struct MessagePage {
  static constexpr ByteCount kContentMax = 8_MiB;
  static constexpr std::size_t kDataMax = 64 * 1024;
  static constexpr ByteCount kPageMax = 4_MiB;  // of data in WebSocket messages; one more is begun
  std::string_view kind;                        // "sse", "ndjson", "websocket"; "" when the content is no such sequence
  std::vector<Message> messages;
  bool more = false;
  std::size_t next = 0;  // the number that the next one would have, when there are no `more`
};

// Those from number `from` on, at most `most`; fewer than there are when `more`. One that has not ended is not there yet, but for
// the last when the flow has. Whatever comes later, those that are there keep their numbers.
MessagePage messages_of(SegmentFolder& folder, const Flow& flow, std::size_t from, std::size_t most);
// The same of `text`, which is content of that kind; `ended`: nothing follows it. Says not when they came.
MessagePage messages_in(std::string_view kind, std::string_view text, bool ended, std::size_t from, std::size_t most);

// Text and binary messages of a WebSocket, those that can be read.
struct MessageCount {
  std::size_t to_server = 0, to_client = 0;
};
// Nothing when the flow is no WebSocket.
std::optional<MessageCount> count_messages(SegmentFolder& folder, const Flow& flow);

}  // namespace porthole::flow
