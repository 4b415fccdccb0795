// EventStream: server-sent events out of the bytes of a stream (WHATWG HTML §9.2.6), however it is cut. `retry` is not for us, and
// an event without data is none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace porthole::app {

struct StreamEvent {
  std::string name;  // "message" when it has none
  std::string id;    // the last one that was told
  std::string data;
  bool operator==(const StreamEvent&) const = default;
};

class EventStream {
 public:
  static constexpr ByteCount kEventMax = 64_MiB;  // the proxy's are at most 500 rows, a few KiB each

  // The events that end in `bytes`, in order.
  std::vector<StreamEvent> feed(std::string_view bytes);
  // An event was longer than kEventMax: nothing more comes.
  bool broken() const { return broken_; }

 private:
  void line(std::string_view text, std::vector<StreamEvent>& events);

  std::string line_;  // its beginning
  bool after_cr_ = false;
  bool broken_ = false;
  bool has_data_ = false;
  StreamEvent event_;
};

}  // namespace porthole::app
