// POST /api/replay: a request that the program is to send by itself, and the answer that waits until it has a flow. It says the id
// when the list knows the flow, so that who asks for it next finds it.
#pragma once

#include "admin/site.h"
#include "control/replay.h"
#include "flow/recorder.h"

namespace porthole::admin {

// Of the call: 8 MiB of content in base64, and a head.
constexpr ByteCount kReplayMax = 12_MiB;

// Both outlive the answer. 400 when it cannot be sent so, at once; 503 when it was not sent.
Answer replay_answer(control::Replay& replay, const flow::Recorder& recorder, std::string_view content);

}  // namespace porthole::admin
