// The number of descriptors this process may hold: raised to the hard limit at start, because each connection is one.
#pragma once

#include <cstdint>

namespace porthole::app {

struct DescriptorLimit {
  std::uint64_t before = 0;  // the soft limit as found
  std::uint64_t now = 0;     // the soft limit in force
};

// Raises the soft limit to the hard one, at most a million: a table of descriptors costs memory. Keeps it when refused.
DescriptorLimit raise_descriptor_limit();

}  // namespace porthole::app
