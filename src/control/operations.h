// Operations: what the operator may ask of the whole program over the control socket. App does it, admin asks. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

namespace porthole::control {

struct Reloaded {
  enum class End : std::uint8_t { done, bad_config, failed };
  End end = End::done;
  std::string why;  // what was refused, a line each; the old configuration is in force then
};

class Operations {
 public:
  virtual ~Operations() = default;
  // Reads the configuration again, all or nothing, and waits until that is done, at most a few seconds.
  virtual Reloaded reload() = 0;
  // Begins to drain, and returns; the program ends when it has.
  virtual void stop() = 0;
};

}  // namespace porthole::control
