// The content of a recorded message as an answer: always an attachment, never of its own type, under a policy that lets nothing
// run, so that no browser shows it as a page of ours. With byte ranges (RFC 9110 §14).
#pragma once

#include "admin/site.h"
#include "flow/flow.h"

namespace porthole::admin {

// `decoded`: with its content codings undone, at most the first 8 MiB; a coding that cannot be undone to its end says why in
// Porthole-Fault. Content that was lost in the middle ends there.
Answer content_answer(const http::RequestHead& request, const flow::Flow& flow, flow::Direction direction,
                      flow::SegmentFolder folder, bool decoded);

}  // namespace porthole::admin
