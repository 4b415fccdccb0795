// How long a message's content is (RFC 9112 §6.3). Decided once from the parsed head; the sending side writes its framing
// fields anew from this value, never from the peer's bytes (bad-inputs 1-12).
#pragma once

#include <cstdint>

#include "base/result.h"
#include "http/change.h"
#include "http/head.h"

namespace porthole::http {

struct Framing {
  enum class Kind : std::uint8_t { none, length, chunked, until_close };
  Kind kind = Kind::none;
  std::uint64_t length = 0;      // Kind::length only; may be 0
  bool reuse_forbidden = false;  // response only: framing was tolerated, close the upstream afterwards

  bool has_content() const { return kind == Kind::chunked || kind == Kind::until_close || length > 0; }
};

// `none` when neither Content-Length nor Transfer-Encoding is there; never until_close. Errors: 400, 501 for an unknown
// coding before a final chunked; all mean "answer and close". CONNECT with content is 400 (bad-inputs 38).
Result<Framing> request_framing(const RequestHead& head);

// `request_method` is the request's: answers to HEAD, 1xx, 204 and 304 have no content; a 2xx to CONNECT neither.
// Both CL and TE: chunked wins, a Change is recorded and reuse_forbidden set (bad-inputs 2). TE on 1.0:
// chunked, and never reused (bad-inputs 11).
// Error: 502.
Result<Framing> response_framing(const ResponseHead& head, Method request_method, Changes& changes);

}  // namespace porthole::http
