// Replay: a request that the program sends by itself, again or composed. It takes a client's way: admission, rules, address policy,
// loop detection and recording meet it as they meet any other. Proxy does it, admin asks. Nothing here waits.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "flow/outcome.h"

namespace porthole::control {

// Octets, as they are to pass. What frames the message or belongs to the connection is written by Porthole: such fields
// (Host, Content-Length, Connection ..) are left out.
struct ReplayRequest {
  static constexpr ByteCount kContentMax = 8_MiB;

  flow::FlowId of;     // sent again from that flow; 0: composed anew
  std::string method;  // not CONNECT
  std::string url;     // http://host[:port][/path][?query]
  std::vector<std::pair<std::string, std::string>> fields;
  std::string content;
};

class Replay {
 public:
  // Of one request. Destroyed before its flow has begun, it takes the request back; afterwards the flow takes its course.
  class Ticket {
   public:
    virtual ~Ticket() = default;
    // Nothing yet; the id of its flow, once that has begun; or why there is none (503).
    virtual std::optional<Result<flow::FlowId>> look() const = 0;
  };

  virtual ~Replay() = default;
  // From one thread. Error: status 400, the request cannot be sent so.
  virtual Result<std::unique_ptr<Ticket>> send(ReplayRequest request) = 0;
};

}  // namespace porthole::control
