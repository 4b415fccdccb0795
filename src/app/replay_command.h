// `porthole flows replay ID`: a recorded request sent again with edits, by the proxy that recorded it, over its control socket.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/control_client.h"

namespace porthole::app {

struct ReplayEdits {
  std::string method;               // empty: as it was
  std::vector<std::string> fields;  // "Name: value" in place of all fields of that name, "Name:" takes them out
  std::optional<std::string> data;  // in place of the content; "@FILE" is a file's, "@-" standard input's
};

// Waits until the new flow has ended and prints its line, or its row. kFailure when it was not sent, or the proxy answered it
// with an error of its own.
Answer replay_command(const ControlClient& client, const std::string& id, const ReplayEdits& edits, bool json);

}  // namespace porthole::app
