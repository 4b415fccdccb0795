// The first line of a message (RFC 9112 §3, §4). Strict: exactly one space between the parts, an exact version, nothing
// guessed (bad-inputs 31). Views in the head point into the line.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/head.h"
#include "wire/session.h"

namespace porthole::wire::h1 {

// Whether a request line that may not be complete already has a method or a target that is too long (501, 414).
// The answer depends only on the first octets that prove it, so it is the same wherever the input was cut.
Result<void> check_request_line_size(std::string_view beginning, const Limits& limits);

// `line` without its line ending. Errors: 400, 505.
Result<void> parse_request_line(std::string_view line, http::RequestHead& head);

// Errors: 502. A missing space before an absent reason is accepted: it changes nothing, and servers send it.
Result<void> parse_status_line(std::string_view line, http::ResponseHead& head);

}  // namespace porthole::wire::h1
