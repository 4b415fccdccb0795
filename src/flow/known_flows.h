// What a list begins with after a start: the newest flows of a store and those that are pinned.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/units.h"
#include "flow/segment.h"

namespace porthole::flow {

// The last records of at most `most` flows, in the order in which the flows began, each flow once. Pinned ones come from their
// copies. Segments (`paths`, oldest first) are read from the newest back until there are enough or `bytes` were read.
std::vector<Position> known_flows(const std::string& folder, const std::vector<std::string>& paths, std::size_t most,
                                  ByteCount bytes);

}  // namespace porthole::flow
