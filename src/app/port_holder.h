// Who holds a port: from /proc/net/tcp and the descriptors of processes. Tells what may be seen; other users' processes may not.
#pragma once

#include <optional>
#include <string>

#include "base/ip.h"

namespace porthole::app {

struct PortHolder {
  long pid = 0;      // 0: a socket listens, but its process cannot be seen
  std::string name;  // the program, as /proc says

  std::string text() const;  // "nginx (process 123)" or "a process of another user"
};

// The process that listens where binding `at` fails. `proc` is "/proc", or a test's copy.
std::optional<PortHolder> find_port_holder(const Endpoint& at, const std::string& proc = "/proc");

}  // namespace porthole::app
