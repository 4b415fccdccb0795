// Which trailer fields of either direction are forwarded (RFC 9110 §6.5.1). Pure: no I/O.
#pragma once

#include "http/change.h"
#include "http/fields.h"

namespace porthole::http {

// Copies the trailer fields that may be forwarded: framing, routing, Connection-named, authentication and
// content-describing fields are dropped (RFC 9110 §6.5.1, bad-inputs 19). `out` borrows from `in`.
void forward_trailers(const Fields& in, const Fields& head, Fields& out, Changes& changes);

}  // namespace porthole::http
