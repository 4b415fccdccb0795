// What a proxy does to a request's head on its way through (RFC 9110 §7.6, RFC 9112 §3.2): the outgoing head is composed
// from the received one, field by field, and every difference is recorded as a Change. Pure: no I/O, no clock.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/change.h"
#include "http/framing.h"
#include "http/head.h"

namespace porthole::http {

struct RequestForwarding {
  std::string_view via_name;   // "porthole-k3v9xa"; empty = no Via (and no loop check)
  bool absolute_form = false;  // to a parent proxy: the target stays absolute (RFC 9112 §3.2.2)
  Framing framing;             // of the received message
};

// Composes `out` from `in`; `out` borrows views from `in`, which must outlive it. Appends to `changes`.
// - target to origin-form, "" to "/", OPTIONS without path to "*"; Host written anew from the target and first
// - Connection and the fields it names removed (from a copy of the list: `Connection: connection` is harmless); options
//   that name Host, Content-Length, Transfer-Encoding, Content-Type-like framing are 400; more than 64 options are 400
// - Keep-Alive, Proxy-Connection, TE, Transfer-Encoding, Upgrade, HTTP2-Settings, Proxy-Authorization removed;
//   `TE: trailers` with `Connection: TE` written anew when the client sent it; Upgrade with `Connection: upgrade` written
//   anew (tokens other than h2c) when the client asked for it with Connection: upgrade, the request is HTTP/1.1 and has no content
// - Content-Length or Transfer-Encoding written anew from the framing; Trailer is kept
// - Expect dropped from HTTP/1.0 requests; Max-Forwards decremented for TRACE and OPTIONS (0 must have been answered before)
// - Via appended as one line of its own
// Errors: client errors (400), 508 proxy_loop_detected when via_name is already in Via (as received-by, exact).
Result<void> forward_request(const RequestHead& in, const RequestForwarding& how, RequestHead& out, Changes& changes);

}  // namespace porthole::http
