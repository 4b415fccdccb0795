// See bell.h. A futex: the kernel compares and sleeps in one step, so that no ring between the two is lost.
#include "flow/bell.h"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace porthole::flow {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void Bell::ring() {
  if (rung_.exchange(1, std::memory_order_release) != 0) return;
  ::syscall(SYS_futex, &rung_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void Bell::wait(Duration most) {
  using std::chrono::seconds;
  auto whole = std::chrono::duration_cast<seconds>(most);
  timespec time{.tv_sec = whole.count(), .tv_nsec = (most - whole).count()};
  // Woken early by a signal, it has been a short wait.
  if (rung_.load(std::memory_order_relaxed) == 0)
    ::syscall(SYS_futex, &rung_, FUTEX_WAIT_PRIVATE, 0, &time, nullptr, 0);
  rung_.exchange(0, std::memory_order_acquire);
}

}  // namespace porthole::flow
