// See allocations.h. Replaces the global allocation functions (array and nothrow forms call these), but not under the thread
// sanitizer, which has its own: nothing is counted there, the other builds judge.
#include "support/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> count = 0;
}

#if !__has_feature(thread_sanitizer)
void* operator new(std::size_t size) {
  count.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (!memory) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace porthole::test {

std::size_t allocations() { return count.load(std::memory_order_relaxed); }

}  // namespace porthole::test
