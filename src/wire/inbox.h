// Inbox: what one stream has received and its exchange has not taken yet. The connection's driver fills it from the session's
// events, the exchange empties it. Interim heads, the head, content, then end or error: the order is that of the members.
#pragma once

#include <optional>
#include <vector>

#include "base/byte_queue.h"
#include "wire/session.h"

namespace porthole::wire {

template <class Head>
struct Inbox {
  explicit Inbox(BlockPool& blocks) : data(blocks) {}

  std::vector<Pooled<Head>> interims;  // responses only; at most Limits::interim_responses
  Pooled<Head> head;                   // null before it arrived and after it was taken
  http::Framing framing;               // of that head
  bool unparsed = false;               // with `error`: of the head its raw octets alone are to be believed
  ByteQueue data;
  Pooled<http::TrailerSection> trailers;  // with `ended`
  bool ended = false;
  std::optional<Error> error;  // nothing follows; what was received before is still here

  void clear() {
    interims.clear();
    head.reset();
    framing = {};
    unparsed = false;
    data.clear();
    trailers.reset();
    ended = false;
    error.reset();
  }
};

using RequestInbox = Inbox<http::RequestHead>;
using ResponseInbox = Inbox<http::ResponseHead>;

}  // namespace porthole::wire
