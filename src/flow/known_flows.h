// What a list begins with after a start: the newest flows of a store and those that are pinned.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/units.h"
#include "flow/rows.h"

namespace porthole::flow {

// Tells at most `most` flows that have ended, the newest, in the order in which they began, each once. Pinned ones come from
// their copies. Segments (`paths`, oldest first) are read from the newest back until there are enough or `bytes` were read, then
// once more: in memory are some 100 bytes a flow, and the rows of those that ended long before others that began earlier. A row's
// views are valid during the call.
void tell_known_flows(const std::string& folder, const std::vector<std::string>& paths, std::size_t most,
                      ByteCount bytes, const std::function<void(const Row&)>& tell);

}  // namespace porthole::flow
