// Recorded flows as JSON, the way docs/user/api.md shows them: the inspector, the control socket and `--json` print the same.
#pragma once

#include <string>

#include "base/json.h"
#include "flow/explain.h"
#include "flow/flow.h"
#include "flow/marks.h"
#include "flow/messages.h"

namespace porthole::flow {

std::string id_text(FlowId id);

// An object: one line of a list. `mark` is what was said about it, or null.
void append_row(Json& json, const Row& row, const Mark* mark = nullptr);
// An object: all that was recorded but the content itself.
void append_flow(Json& json, const Flow& flow, const Mark* mark = nullptr);
// An object: what came in beside what went out, with the field guide's sentences about each field, and the story.
void append_message(Json& json, const Message& message);
// `passed`: what count_messages() says of it.
void append_explanation(Json& json, const Flow& flow, std::optional<MessageCount> passed = {});

}  // namespace porthole::flow
