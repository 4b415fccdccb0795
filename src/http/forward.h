// What a proxy does to a head on its way through (RFC 9110 §7.6, RFC 9112 §3.2): the outgoing head is composed from the
// received one, field by field, and every difference is recorded as a Change. Pure: no I/O, no clock.
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

// Copies the trailer fields that may be forwarded: framing, routing, Connection-named, authentication and
// content-describing fields are dropped (RFC 9110 §6.5.1, bad-inputs 19). `out` borrows from `in`.
void forward_trailers(const Fields& in, const Fields& head, Fields& out, Changes& changes);

// True when Connection has "close", or the version is HTTP/1.0 (RFC 9112 §9.3; we never persist with 1.0 clients), or
// Proxy-Connection has "close".
bool wants_close(const RequestHead& head);
// HTTP/1.0 servers persist only with an explicit keep-alive.
bool wants_close(const ResponseHead& head);

}  // namespace porthole::http
