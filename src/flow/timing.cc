// See timing.h. Steps overlap (content goes out while the head of the answer is awaited), so parts are cut to what is left.
#include "flow/timing.h"

#include <algorithm>

namespace porthole::flow {

Timing timing_of(const Flow& flow) {
  Timing timing{.total = std::max(flow.row.took, Duration(0))};
  Duration left = timing.total;
  auto part = [&](Duration wanted) {
    Duration taken = std::clamp(wanted, Duration(0), left);
    left -= taken;
    return taken;
  };
  // Backwards, so that what is known best is cut last.
  std::int64_t begun = flow.row.begun.time_since_epoch().count();
  bool tunnel = flow.row.method == "CONNECT" && flow.row.status / 100 == 2;
  const auto& opened = tunnel ? flow.response_sent : flow.response_received;
  if (opened) timing.receive = part(Duration(begun + timing.total.count() - opened->at));
  if (flow.request_sent && (flow.response_received || flow.ended)) {
    std::int64_t until = flow.response_received ? flow.response_received->at : begun + timing.total.count();
    const auto& pieces = flow.content[0].pieces;
    std::int64_t sent = flow.request_sent->at;
    if (!pieces.empty() && !flow.switched()) sent = std::clamp(pieces.back().at, sent, std::max(sent, until));
    timing.wait = part(Duration(until - sent));
    if (sent > flow.request_sent->at) timing.send = part(Duration(sent - flow.request_sent->at));
  }
  for (const RecordedNote& note : flow.notes) {
    if (note.what == "dns") timing.dns = timing.dns.value_or(Duration(0)) + part(note.took);
    if (note.what == "connect") timing.connect = timing.connect.value_or(Duration(0)) + part(note.took);
  }
  timing.blocked = left;
  return timing;
}

}  // namespace porthole::flow
