// Signals as events of the main thread: blocked everywhere, read from a signalfd. Other threads can wake it, too.
#pragma once

#include <optional>

#include "base/units.h"

namespace porthole::app {

class Signals {
 public:
  // Blocks TERM, INT, HUP and USR1 in this thread, hence in all threads it starts, and ignores PIPE. Once per process, before any
  // thread. Throws std::system_error when the kernel has no descriptor left.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  enum class Event { stop, reload, reopen, woken, timeout };
  // Waits for the next event, at most `patience` (forever when there is none).
  Event wait(std::optional<Duration> patience);
  // From any thread: the next wait() gives `woken`.
  void wake();

 private:
  int signals_ = -1;
  int wakeup_ = -1;
};

}  // namespace porthole::app
