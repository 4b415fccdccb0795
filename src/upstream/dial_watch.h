// DialWatch is told how a connection was come by, one call for each step, at the moment it ends. For the recorder: whoever
// dials without one pays a compare a step. Views are valid during the call.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.h"
#include "base/ip.h"
#include "base/units.h"

namespace porthole::upstream {

class DialWatch {
 public:
  struct Lookup {
    std::span<const IpAddress> addresses;  // as resolved, those known when connecting begins; Race orders and vets them
    const Error* error = nullptr;          // there are none
    bool cached = false;
    Duration age{};   // of a cached answer
    Duration took{};  // of one that was asked for
  };
  enum class Attempt : std::uint8_t {
    connected,
    refused,
    unreachable,
    timed_out,
    prohibited,  // by the address policy: never tried
    overtaken,   // another one stood first
    failed,      // anything else
  };
  virtual void looked_up(const Lookup& lookup) = 0;
  virtual void attempted(const Endpoint& to, Attempt how, Duration took) = 0;
  // All attempts together, from the first address that was known; `stands`: one of them does.
  virtual void dialled(bool stands, Duration took) = 0;
  // Waited in the origin's queue.
  virtual void queued(Duration waited) = 0;

 protected:
  ~DialWatch() = default;
};

}  // namespace porthole::upstream
