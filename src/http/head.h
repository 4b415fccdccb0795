// Heads of requests and responses. A head that the codec hands out is legal; the exact bytes as received stay beside the
// parsed form, because the lens shows them. Heads are pooled: clear() keeps their capacity.
// Lifetime: every view inside a head points into its own `raw` or `arena`, into another head named by whoever composed it
// (an outgoing head borrows from the received one, which must outlive it), or to literals. Hence heads do not copy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/change.h"
#include "http/fields.h"
#include "http/method.h"
#include "http/target.h"
#include "http/text_arena.h"

namespace porthole::http {

// Only what we speak: a received 1.7 is handled as 1.1 (RFC 9110 §6.2) and its raw bytes still say so.
enum class Version : std::uint8_t { http10, http11, http2 };
// "1.0", "1.1", "2": the received-protocol of Via (RFC 9110 §7.6.3).
std::string_view version_text(Version version);

struct RequestHead {
  RequestHead() = default;
  RequestHead(const RequestHead&) = delete;
  RequestHead& operator=(const RequestHead&) = delete;

  Method method = Method::other;
  Version version = Version::http11;
  std::string_view method_text;
  std::string_view target_text;  // as received or as to be sent
  Target target;                 // parsed target_text of a received head; empty in an outgoing one
  Fields fields;
  std::string raw;  // start line and field lines, exactly as received, with the empty line
  TextArena arena;

  void clear();
};

struct ResponseHead {
  ResponseHead() = default;
  ResponseHead(const ResponseHead&) = delete;
  ResponseHead& operator=(const ResponseHead&) = delete;

  std::uint16_t status = 0;
  Version version = Version::http11;
  std::string_view reason;
  Fields fields;
  Changes tolerated;  // what the codec put up with in a received head (bad-inputs 7, 24, 63); usually empty
  std::string raw;
  TextArena arena;

  void clear();
};

// A trailer section (RFC 9110 §6.5): kept apart from the head's fields, never merged.
struct TrailerSection {
  Fields fields;
  std::string raw;

  void clear();
};

// The registered reason phrase, or "" (RFC 9110 §15).
std::string_view reason_phrase(std::uint16_t status);

}  // namespace porthole::http
