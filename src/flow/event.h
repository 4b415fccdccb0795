// Event: what a worker tells the recorder about one step of one exchange, as bytes. The ring carries events, and segments keep
// them as they came: docs/formats/segment.md describes the payload of each kind. Little-endian, texts with their length in
// front. A reader never trusts a length: what does not fit makes the whole event unreadable, nothing else.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/ip.h"
#include "base/units.h"
#include "flow/outcome.h"

namespace porthole::flow {

static_assert(std::endian::native == std::endian::little, "events are written as they lie in memory");

enum class EventKind : std::uint8_t {
  begin = 1,
  request_received,
  request_sent,
  response_received,
  response_sent,
  interim_received,
  interim_sent,
  data,
  unseen,
  trailers,
  note,
  end,
  part_of,
  tls,
  path,
};
constexpr std::uint8_t kEventKinds = 15;  // the last one

enum class Direction : std::uint8_t { request, response };

// What a note says, with the id of the flow it is sent again from (none: composed), when the program sends a request itself.
constexpr std::string_view kReplayNote = "replay";

// In front of each event's payload.
struct EventHeader {
  EventKind kind = EventKind::begin;
  Direction direction = Direction::request;  // data, unseen, trailers; path: the client's leg, the server's
  std::uint16_t flags = 0;                   // EventFlag; the recorder's, but for kUnparsed
  std::uint32_t dropped = 0;                 // events that this worker could not tell so far; wraps
  std::uint64_t flow = 0;
  std::int64_t at = 0;  // nanoseconds: of the worker's clock in a ring, Unix time in a segment
};
static_assert(sizeof(EventHeader) == 24);

// Set by the recorder in the event that ends a flow.
enum EventFlag : std::uint16_t {
  kContentCut = 1,   // content beyond the limit was counted, not kept
  kContentLost = 2,  // the ring was full: content is missing
  kEventLost = 4,    // the ring was full: a head or a note is missing
  kUnparsed = 8,     // of request_received, too: the head was refused as it is; forgive it everything
  kImported = 256,   // it did not pass here: it was read from a file
  kReplayed = 512,   // the program sent it itself: again, or composed
};
constexpr std::uint16_t kMissing = kContentCut | kContentLost | kEventLost;

// Writes numbers and texts one behind the other into room that was measured before.
class EventWriter {
 public:
  explicit EventWriter(char* place) : place_(place) {}
  template <class Number>
  void number(Number value) {
    std::memcpy(place_, &value, sizeof value);
    place_ += sizeof value;
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    raw(text);
  }
  void raw(std::string_view bytes) {
    if (bytes.empty()) return;  // an empty view may be null, which memcpy does not take
    std::memcpy(place_, bytes.data(), bytes.size());
    place_ += bytes.size();
  }
  void endpoint(const Endpoint& at) {
    number(at.ip.bytes);
    number(static_cast<std::uint8_t>(at.ip.v4));
    number(at.port);
  }
  char* place() const { return place_; }

  static constexpr std::size_t kEndpointBytes = 19;
  static std::size_t size_of(std::string_view text) { return 4 + text.size(); }

 private:
  char* place_;
};

// Reads them back. After the first thing that does not fit, everything reads as zero or empty, and good() is false.
class EventReader {
 public:
  explicit EventReader(std::string_view payload) : rest_(payload) {}
  template <class Number>
  Number number() {
    Number value{};
    if (std::string_view bytes = raw(sizeof value); bytes.size() == sizeof value)
      std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view text() { return raw(number<std::uint32_t>()); }
  std::string_view raw(std::size_t size) {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  Endpoint endpoint() {
    Endpoint at;
    at.ip.bytes = number<std::array<std::uint8_t, 16>>();
    at.ip.v4 = number<std::uint8_t>() != 0;
    at.port = number<std::uint16_t>();
    return at;
  }
  std::string_view rest() const { return rest_; }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace porthole::flow
