// Timers on a hierarchical wheel: arming and disarming are a few stores, whatever the number of timers.
// A timer never fires early and at most one tick (about 8 ms) late. Single-threaded; each Loop owns a wheel.
#pragma once

#include <array>
#include <cstdint>

#include "base/intrusive_list.h"
#include "base/units.h"

namespace porthole::io {

class TimerWheel;

// Bound to one member function of its owner: `Timer timer_ = Timer::calling<&Client::on_idle>(wheel, *this);`.
// Destroying the timer disarms it. The wheel outlives it.
class Timer : private Link {
 public:
  using Function = void (*)(void* owner);

  template <auto Method, class Owner>
  static Timer calling(TimerWheel& wheel, Owner& owner) {
    return Timer(wheel, &owner, [](void* object) { (static_cast<Owner*>(object)->*Method)(); });
  }
  Timer(TimerWheel& wheel, void* owner, Function function) : wheel_(&wheel), owner_(owner), function_(function) {}

  // Fires once at `deadline` (or as soon as the loop turns, if that is past); kNever disarms. Re-arming moves it.
  void arm(Instant deadline);
  void disarm() { unlink(); }
  bool armed() const { return linked(); }
  Instant deadline() const { return deadline_; }

 private:
  friend class TimerWheel;
  friend class porthole::List<Timer>;
  TimerWheel* wheel_;
  void* owner_;
  Function function_;
  Instant deadline_{};
};

class TimerWheel {
 public:
  explicit TimerWheel(Instant start) : start_(start) {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Fires every timer whose deadline is not after `now`. Timers may arm and destroy timers, themselves included.
  void advance(Instant now);
  // When advance() must be called next at the latest; kNever when no timer is armed. May be early, never late.
  Instant next_wakeup() const;

 private:
  friend class Timer;
  static constexpr int kTickShift = 23;  // 2^23 ns = 8.4 ms
  static constexpr int kLevels = 6;      // 64^6 ticks = 18 years: the wheel's range is not to be reached
  static constexpr int kSlotBits = 6;
  static constexpr std::uint64_t kSlots = 1 << kSlotBits;

  std::uint64_t tick_of(Instant instant) const;  // rounded up
  void place(Timer& timer);
  void cascade(int level);
  Instant start_;
  std::uint64_t now_tick_ = 0;  // all ticks up to this one have fired
  std::array<std::array<List<Timer>, kSlots>, kLevels> slots_;
  // A bit per slot: clear means empty. Set bits may be stale (disarming does not look back); next_wakeup() clears those.
  mutable std::array<std::uint64_t, kLevels> occupied_{};
};

}  // namespace porthole::io
