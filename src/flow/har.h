// Har: recorded flows as an HTTP archive (HAR 1.2), an entry at a time. What the format has no place for stands in fields that
// begin with `_`. Content is decoded; what is no text is base64. Nothing is cut without a word: `_truncated` has the sizes.
// Of a WebSocket there are messages instead of content, in Chrome's form: `_webSocketMessages`; control frames too, and a line
// of type `error` where a direction could not be read on.
#pragma once

#include <string>

#include "flow/flow.h"
#include "flow/marks.h"

namespace porthole::flow {

// Before the first entry, and behind the last.
std::string har_head();
std::string har_tail();
// False, and nothing is appended, for what has no place in a HAR: tunnels, flows that go on, requests that were not kept.
// `first`: no comma before it. Without `secrets` the fields of secret_fields() are left out.
bool append_har_entry(std::string& out, SegmentFolder& folder, const Flow& flow, const Mark* mark, bool secrets,
                      bool first);

}  // namespace porthole::flow
