// See descriptor_limit.h.
#include "app/descriptor_limit.h"

#include <algorithm>

#include <sys/resource.h>

namespace porthole::app {

DescriptorLimit raise_descriptor_limit() {
  constexpr rlim_t kEnough = 1'048'576;  // "infinity" for some containers means 2^30, which nobody wants to reserve for
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {1024, 1024};
  DescriptorLimit result{limit.rlim_cur, limit.rlim_cur};
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) result.now = limit.rlim_cur;
  return result;
}

}  // namespace porthole::app
