// See kernel.h.
#include "sim/kernel.h"

#include <algorithm>

namespace porthole::sim {
namespace {

constexpr std::uint64_t kEventsPerTurn = 6;
constexpr Duration kLateMax = std::chrono::milliseconds(40);

}  // namespace

bool Kernel::turn(Instant end) {
  if (!loop_.has_work() && !loop_.posted) {
    Instant next = events_.empty() ? kNever : events_.front().when;
    next = std::min(next, loop_.timers().next_wakeup());
    if (next == kNever || next > end) return false;
    if (one_in(8)) next += up_to(kLateMax);
    if (next > now()) clock_.advance(next - now());
  } else {
    clock_.advance(up_to(std::chrono::microseconds(50)));
  }
  loop_.start_turn();
  for (std::uint64_t left = between(1, kEventsPerTurn); left > 0 && !events_.empty() && events_.front().when <= now();
       --left) {
    std::pop_heap(events_.begin(), events_.end());
    auto happens = std::move(events_.back().happens);
    events_.pop_back();
    happens();
    loop_.run_queue();
  }
  if (std::exchange(loop_.posted, false)) loop_.run_posted();
  loop_.end_turn();
  return true;
}

}  // namespace porthole::sim
