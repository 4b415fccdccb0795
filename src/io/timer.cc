// A timer due at tick t sits in level L = the highest group of 6 bits in which t differs from the present tick, in the slot
// that this group names. When the present tick enters a slot of level L > 0, its timers are placed again, lower.
#include "io/timer.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace porthole::io {

void Timer::arm(Instant deadline) {
  unlink();
  deadline_ = deadline;
  if (deadline != kNever) wheel_->place(*this);
}

std::uint64_t TimerWheel::tick_of(Instant instant) const {
  if (instant <= start_) return 0;
  auto nanoseconds = static_cast<std::uint64_t>((instant - start_).count());
  return (nanoseconds + (1ULL << kTickShift) - 1) >> kTickShift;
}

void TimerWheel::place(Timer& timer) {
  std::uint64_t tick = std::max(tick_of(timer.deadline_), now_tick_ + 1);
  int level = (63 - std::countl_zero(tick ^ now_tick_)) / kSlotBits;
  level = std::min(level, kLevels - 1);
  std::uint64_t slot = (tick >> (kSlotBits * level)) & (kSlots - 1);
  slots_[static_cast<std::size_t>(level)][slot].push_back(timer);
  occupied_[static_cast<std::size_t>(level)] |= 1ULL << slot;
}

void TimerWheel::cascade(int level) {
  List<Timer> moving;
  moving.take_all(slots_[static_cast<std::size_t>(level)][(now_tick_ >> (kSlotBits * level)) & (kSlots - 1)]);
  while (Timer* timer = moving.pop_front()) {
    // A timer due in this very tick belongs to the level 0 slot that is about to fire.
    if (tick_of(timer->deadline_) <= now_tick_) slots_[0][now_tick_ & (kSlots - 1)].push_back(*timer);
    else place(*timer);
  }
}

void TimerWheel::advance(Instant now) {
  std::uint64_t target = now <= start_ ? 0 : static_cast<std::uint64_t>((now - start_).count()) >> kTickShift;
  while (now_tick_ < target) {
    Instant next = next_wakeup();
    if (next > now) {  // nothing due: jump, stopping where a higher level must cascade is what next_wakeup() covers
      now_tick_ = target;
      return;
    }
    std::uint64_t next_tick = std::max(tick_of(next), now_tick_ + 1);
    now_tick_ = std::min(next_tick, target);
    for (int level = kLevels - 1; level > 0; --level) {
      if ((now_tick_ & ((1ULL << (kSlotBits * level)) - 1)) == 0) cascade(level);
    }
    List<Timer> due;
    due.take_all(slots_[0][now_tick_ & (kSlots - 1)]);
    while (Timer* timer = due.pop_front()) {
      if (timer->deadline_ > now) place(*timer);
      else timer->function_(timer->owner_);
    }
  }
}

Instant TimerWheel::next_wakeup() const {
  std::uint64_t best = UINT64_MAX;
  for (std::size_t level = 0; level < kLevels; ++level) {
    int shift = kSlotBits * static_cast<int>(level);
    std::uint64_t here = (now_tick_ >> shift) & (kSlots - 1);
    // Timers always sit ahead of the present slot, in the same group of 64 (see place()).
    while (std::uint64_t ahead = here == kSlots - 1 ? 0 : occupied_[level] & (~0ULL << (here + 1))) {
      int slot = std::countr_zero(ahead);
      if (slots_[level][static_cast<std::size_t>(slot)].empty()) {
        occupied_[level] &= ~(1ULL << slot);
        continue;
      }
      std::uint64_t group = (now_tick_ >> shift) & ~(kSlots - 1);
      best = std::min(best, (group | static_cast<std::uint64_t>(slot)) << shift);
      break;
    }
  }
  if (best == UINT64_MAX) return kNever;
  return start_ + Duration(static_cast<std::int64_t>(best << kTickShift));
}

}  // namespace porthole::io
