// Lifecycle: is the program ready, is it draining? And what is it? App knows, admin answers /livez, /readyz and
// /api/status with it. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip.h"
#include "base/units.h"

namespace porthole::control {

struct Facts {
  std::int64_t pid = 0;
  WallTime started{};
  std::vector<Endpoint> proxy;  // where clients reach it
  std::uint32_t workers = 0;
};

class Lifecycle {
 public:
  virtual ~Lifecycle() = default;
  virtual bool ready() const = 0;  // listeners accept and nothing required is down
  virtual bool draining() const = 0;
  virtual Facts facts() const = 0;
  virtual std::string metrics() const = 0;  // the whole text exposition, collected from all workers
};

}  // namespace porthole::control
