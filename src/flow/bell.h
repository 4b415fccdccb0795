// Bell: what a thread sleeps on until another rings, or its time is over. Rung twice before it is heard, it is heard once.
// std::counting_semaphore would do, but libstdc++ 12 waits for a time by yielding and sleeping in growing steps.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace porthole::flow {

class Bell {
 public:
  // From any thread. One system call, unless it is rung already.
  void ring();
  // By one thread. At once when it was rung since the last wait() ended.
  void wait(Duration most);

 private:
  std::atomic<std::uint32_t> rung_ = 0;
};

}  // namespace porthole::flow
