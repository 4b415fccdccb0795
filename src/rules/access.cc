// See access.h.
#include "rules/access.h"

#include <algorithm>

namespace porthole::rules {

bool Access::admits(const IpAddress& client) const {
  IpAddress plain = client.unmapped();
  if (options_.clients.empty()) return plain.loopback();
  return std::any_of(options_.clients.begin(), options_.clients.end(),
                     [&](const IpNetwork& network) { return network.contains(plain); });
}

}  // namespace porthole::rules
