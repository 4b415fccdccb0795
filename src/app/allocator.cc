// See allocator.h.
#include "app/allocator.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/bytes.h"

namespace porthole::app {

void return_large_memory() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(Block::kLarge));
#endif
}

}  // namespace porthole::app
