// Writes with one write(2): the process is broken, so neither the log nor the allocator is trusted.
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace porthole {

void assert_failed(const char* condition, const char* file, int line) {
  char text[512];
  int length =
      std::snprintf(text, sizeof text, "porthole: our bug: %s does not hold at %s:%d\n", condition, file, line);
  if (length > 0)
    (void)!::write(2, text,
                   static_cast<std::size_t>(length) < sizeof text ? static_cast<std::size_t>(length) : sizeof text);
  std::abort();
}

}  // namespace porthole
