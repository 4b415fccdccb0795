// What a proxy does to a response's head on its way through (RFC 9110 §7.6, RFC 9112 §6): the outgoing head is composed
// from the received one, field by field, and every difference is recorded as a Change. Pure: no I/O, no clock.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/change.h"
#include "http/framing.h"
#include "http/head.h"

namespace porthole::http {

// What the client's side can take, and how the content goes out.
struct ResponseForwarding {
  std::string_view via_name;  // empty = no Via
  Framing framing;            // of the received message
  Method request_method = Method::get;
  Version client_version = Version::http11;
  bool close = false;     // write `Connection: close`
  std::string_view date;  // IMF-fixdate to add when the response has none; empty = add nothing
  bool upgrade = false;   // a 101 we relay: Upgrade and Connection: upgrade are written anew
};

// The framing of the message as sent: known length stays; unknown length is chunked for HTTP/1.1 and until_close for
// 1.0; answers to HEAD and 304 keep their Content-Length but have no content. 1xx and 204 carry no framing fields.
// Appends to `changes`. `out` borrows from `in`. Error: 502 (e.g. a 101 without Upgrade when `upgrade`).
Result<Framing> forward_response(const ResponseHead& in, const ResponseForwarding& how, ResponseHead& out,
                                 Changes& changes);

}  // namespace porthole::http
