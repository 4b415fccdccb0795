// BodyFilter: looks at or changes content on its way through, one direction of one exchange. A filter that changes the length
// makes the message chunked (or close-delimited); without filters content passes untouched, and may be spliced.
#pragma once

#include <memory>

#include "base/byte_queue.h"
#include "flow/tap.h"
#include "http/head.h"

namespace porthole::proxy {

class BodyFilter {
 public:
  virtual ~BodyFilter() = default;
  // Takes one slice, appends what goes on to `out`. May keep bytes back (within its own stated limit).
  virtual Result<> data(Bytes in, ByteQueue& out) = 0;
  // The content is complete: append what was kept back.
  virtual Result<> end(ByteQueue& out) = 0;
};

// Decides, once a head is known, whether a filter sits in that direction. `response` is null for the request direction.
class FilterFactory {
 public:
  virtual ~FilterFactory() = default;
  // Null: no filter.
  virtual std::unique_ptr<BodyFilter> make(flow::Direction direction, const http::RequestHead& request,
                                           const http::ResponseHead* response) = 0;
};

}  // namespace porthole::proxy
