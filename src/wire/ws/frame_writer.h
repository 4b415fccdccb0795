// A WebSocket message as one frame (RFC 6455 §5.2): what is read from elsewhere becomes what could have passed.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/ws/message_reader.h"

namespace porthole::wire::ws {

// Appends it. A client's is masked, with zeros, so that it reads as it is: nothing here goes to a server. A control frame holds
// at most 125 octets (§5.5).
void append_frame(std::string& out, Side sender, Opcode opcode, std::string_view payload);

}  // namespace porthole::wire::ws
