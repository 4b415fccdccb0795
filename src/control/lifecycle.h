// Lifecycle: is the program ready, is it draining? App knows, admin answers /livez and /readyz with it. Thread-safe.
#pragma once

#include <string>

namespace porthole::control {

class Lifecycle {
 public:
  virtual ~Lifecycle() = default;
  virtual bool ready() const = 0;  // listeners accept and nothing required is down
  virtual bool draining() const = 0;
  virtual std::string metrics() const = 0;  // the whole text exposition, collected from all workers
};

}  // namespace porthole::control
