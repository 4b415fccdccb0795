// Signal: the one place where a coroutine waits for "something changed". Callbacks raise it; the waiter looks around itself.
// Raising is sticky (a raise before the wait ends the wait at once), cheap, and never runs the waiter inside the caller.
#pragma once

#include <coroutine>

#include "io/loop.h"

namespace porthole::io {

class Signal : private Runnable {
 public:
  explicit Signal(Loop& loop) : loop_(loop), timer_(Timer::calling<&Signal::on_deadline>(loop.timers(), *this)) {}

  void raise() {
    raised_ = true;
    if (waiter_) loop_.run_soon(*this);
  }
  // The same, but the waiter runs in the next turn, after the others had theirs: between the steps of a bulk transfer.
  void raise_next_turn() {
    raised_ = true;
    yielding_ = true;
  }
  Loop& loop() const { return loop_; }

  // co_await signal.wait(deadline): true when raised, false when the deadline passed first. One waiter at a time.
  auto wait(Instant deadline = kNever) { return Awaiter(*this, deadline); }

 private:
  class Awaiter {
   public:
    Awaiter(Signal& signal, Instant deadline) : signal_(signal), deadline_(deadline) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      if (waiting_) signal_.stop_waiting();
    }
    bool await_ready() const noexcept { return signal_.raised_ && !signal_.yielding_; }
    void await_suspend(std::coroutine_handle<> waiter) {
      PH_ASSERT(!signal_.waiter_);
      waiting_ = true;
      signal_.waiter_ = waiter;
      signal_.timer_.arm(deadline_);
      if (std::exchange(signal_.yielding_, false)) signal_.loop_.run_next_turn(signal_);
    }
    bool await_resume() noexcept {
      if (waiting_) signal_.stop_waiting();
      waiting_ = false;
      signal_.yielding_ = false;
      return std::exchange(signal_.raised_, false);
    }

   private:
    Signal& signal_;
    Instant deadline_;
    bool waiting_ = false;
  };

  void stop_waiting() {
    waiter_ = nullptr;
    timer_.disarm();
    unlink();
  }
  void on_deadline() {
    if (waiter_) loop_.run_soon(*this);
  }
  void run() override {
    if (waiter_) waiter_.resume();
  }

  Loop& loop_;
  std::coroutine_handle<> waiter_;
  Timer timer_;
  bool raised_ = false;
  bool yielding_ = false;
};

}  // namespace porthole::io
