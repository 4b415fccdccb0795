// Kernel: the world outside the program, made of one number. It owns the clock, the loop's turns, and everything that is
// going to happen: events in order of time, those of one instant in random order, since readiness has no order. A turn hands
// over one or several events, as epoll_wait does, sometimes late, as on a busy machine. The same seed is the same world.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "io/loop.h"

namespace porthole::sim {

class Kernel {
 public:
  explicit Kernel(std::uint64_t seed) : random_(seed), loop_(clock_, random_) {}

  io::Loop& loop() { return loop_; }
  Instant now() const { return clock_.now(); }
  const Clock& clock() const { return clock_; }
  // The wall clock may be set while the program runs; the monotonic one never jumps.
  void jump_wall(Duration by) { clock_.jump_wall(by); }

  Random& random() { return random_; }
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  // Between `least` and `most`, both included.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  Duration up_to(Duration most) {
    return Duration(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.count()) + 1)));
  }

  // `event` happens `after` from now, in a turn of the loop.
  void later(Duration after, std::move_only_function<void()> event) {
    if (closed_) return;
    events_.push_back({now() + after, random_.next(), std::move(event)});
    std::push_heap(events_.begin(), events_.end());
  }
  // Nothing happens any more; what was going to may own things that end now.
  void close() {
    closed_ = true;
    std::vector<Event> dropped = std::move(events_);
  }
  // One turn at the next instant at which anything happens. False: nothing will ever happen, or not before `end`.
  bool turn(Instant end);

 private:
  struct Event {
    Instant when;
    std::uint64_t order;
    std::move_only_function<void()> happens;
    bool operator<(const Event& other) const { return when != other.when ? when > other.when : order > other.order; }
  };
  // The program's loop, turned from outside.
  class TurnedLoop final : public io::Loop {
   public:
    using io::Loop::end_turn;
    using io::Loop::has_work;
    using io::Loop::Loop;
    using io::Loop::run_posted;
    using io::Loop::run_queue;
    using io::Loop::start_turn;
    bool posted = false;

   private:
    void wake() override { posted = true; }
  };

  ManualClock clock_;
  SeededRandom random_;
  TurnedLoop loop_;
  std::vector<Event> events_;  // a heap, the next one first
  bool closed_ = false;
};

}  // namespace porthole::sim
