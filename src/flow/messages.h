// Messages: what passed as a sequence inside the content of one response: server-sent events (WHATWG HTML §9.2), or lines of JSON.
// Read from the records again for each question, so also while they still come; bounded whatever was recorded.
#pragma once

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
  std::string kind;    // "text" for a line and an event without a name; an event's name; "comment"
  ByteCount size = 0;  // octets of its data
  std::string data;    // at most MessagePage::kDataMax of it
  bool cut = false;
};

struct MessagePage {
  static constexpr ByteCount kContentMax = 8_MiB;
  static constexpr std::size_t kDataMax = 64 * 1024;
  std::string_view kind;  // "sse", "ndjson"; "" when the content is no such sequence
  std::vector<Message> messages;
  bool more = false;
};

// Those from number `from` on, at most `most`. One that has not ended is not there yet, but for the last when the flow has.
MessagePage messages_of(SegmentFolder& folder, const Flow& flow, std::size_t from, std::size_t most);
// The same of `text`, which is content of that kind; `ended`: nothing follows it. Says not when they came.
MessagePage messages_in(std::string_view kind, std::string_view text, bool ended, std::size_t from, std::size_t most);

}  // namespace porthole::flow
