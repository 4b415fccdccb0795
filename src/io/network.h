// Network opens connections; an argument of everything that dials, so that tests and the simulation replace it.
#pragma once

#include <memory>

#include "base/ip.h"
#include "base/result.h"
#include "io/stream.h"

namespace porthole::io {

class Network {
 public:
  virtual ~Network() = default;
  // A stream that is connecting: it becomes writable when it stands or failed (Stream::connect_errno()). An Error when it
  // fails at once (no route, no descriptor).
  virtual Result<std::unique_ptr<Stream>> connect(const Endpoint& to) = 0;
};

}  // namespace porthole::io
