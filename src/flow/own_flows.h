// OwnFlows: who sends requests by itself hears here which flows became of them. They come over a stream in memory, whose endpoint
// has no port, as no client's on the network has: the sink asks for such flows alone, so that the others pay one compare.
#pragma once

#include <optional>

#include "flow/outcome.h"

namespace porthole::flow {

// Called inside an exchange, which goes on afterwards: only notes what it is told.
class OwnFlows {
 public:
  // The flow that this one is sent again from, {0} when it is from none. Nothing: it was not sent from here.
  virtual std::optional<FlowId> on_begun(FlowId flow) = 0;
  virtual void on_ended(FlowId flow) = 0;

 protected:
  ~OwnFlows() = default;
};

}  // namespace porthole::flow
