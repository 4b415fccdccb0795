// WebSocketReading: the messages of both directions that passed after a 101 to `websocket` (RFC 6455), with
// permessage-deflate (RFC 7692) undone, read from the records of one flow.
//
// They come in the order of the records that hold their last octets. A flow only grows by records behind those there are, so
// what is read of it later begins with what was read before: the number of a message is for good, while both directions grow.
#pragma once

#include <optional>
#include <string>

#include "coding/message_inflater.h"
#include "flow/messages.h"
#include "wire/ws/extensions.h"
#include "wire/ws/message_reader.h"

namespace porthole::flow {

bool is_websocket(const Flow& flow);

// What one side said, a line for each text, binary, and reason of a close.
std::string websocket_text(SegmentFolder& folder, const Flow& flow, Direction direction);

class WebSocketReading {
 public:
  // Octets that are inflated of one direction, also of messages that then turn out to be corrupt: what a browser sends
  // compressed is five times as large. Further messages are given as they passed, and it is said why.
  static constexpr ByteCount kInflatedMax = 16_MiB;
  // Messages that are read of one direction, of every kind: an empty one is two octets and 60 octets of JSON. Where there are
  // more, the direction cannot be read on.
  static constexpr std::size_t kMessagesMax = 100'000;

  // Both outlive it. The flow is_websocket().
  WebSocketReading(SegmentFolder& folder, const Flow& flow);

  // The next message, with all its data. Nothing: no more has come. Where a direction cannot be read on, a message of kind
  // "unreadable" says why, the last one of that direction.
  std::optional<Message> next();

 private:
  struct Way {
    explicit Way(Direction direction, const wire::ws::Extensions& extensions);
    Direction direction;
    wire::ws::MessageReader reader;
    coding::MessageInflater inflater;
    std::size_t piece = 0;  // the next one
    ByteCount taken = 0;    // octets of the content that were read
    ByteCount inflatable = kInflatedMax;
    std::size_t messages = 0;
    bool stopped = false;
  };

  bool load();
  Message message_of(Way& way, wire::ws::Message&& read);
  void inflate(Way& way, std::string&& payload, Message& message);
  Message stop(Way& way, std::string_view why, std::int64_t at);
  std::optional<Message> ending();

  SegmentFolder& folder_;
  const Flow& flow_;
  bool deflate_;
  Way ways_[2];
  // The piece that is being read.
  std::string octets_;
  std::string_view left_;
  Way* way_ = nullptr;
  std::int64_t at_ = 0;
  const char* gap_ = "";  // why it cannot be
};

}  // namespace porthole::flow
