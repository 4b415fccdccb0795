// Timing: where the time of one recorded flow went. The waterfall, the story and HAR use the same numbers.
#pragma once

#include <optional>

#include "flow/flow.h"

namespace porthole::flow {

// Parts that did not happen are absent; those that are there add up to `total`.
struct Timing {
  Duration total{};
  Duration blocked{};                    // ours: reading the head, rules, waiting for a connection
  std::optional<Duration> dns, connect;  // waited for this flow; absent on a kept connection
  std::optional<Duration> send;     // request head sent to the last of its content, which the client may bring slowly
  std::optional<Duration> wait;     // from there to the response head
  std::optional<Duration> receive;  // response head, or a tunnel's beginning, to the end
};

Timing timing_of(const Flow& flow);

}  // namespace porthole::flow
