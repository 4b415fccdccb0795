// A request that a user composed, as the octets a client would have sent: checked, with our own Host and framing. Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "control/replay.h"

namespace porthole::proxy {

// Error: 400, with what is wrong. What is right but too long (RFC 9110 §15.5.15) is left to the codec that reads it.
Result<std::string> compose_replay(const control::ReplayRequest& request);

}  // namespace porthole::proxy
