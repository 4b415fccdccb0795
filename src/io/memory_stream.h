// MemoryStream: both ends of a connection inside one Loop, no descriptor. Whole exchanges run on it in tests, in the
// simulation, and for replays. Each direction has a capacity, so back-pressure is real.
#pragma once

#include <memory>
#include <utility>

#include "io/loop.h"
#include "io/stream.h"

namespace porthole::io {

struct MemoryStreamOptions {
  std::size_t capacity = 64 * 1024;  // bytes in flight per direction
  Endpoint first;                    // address of the first end
  Endpoint second;
};

// Two connected streams: what one writes the other reads. Each end may outlive the other.
std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> make_memory_streams(
    Loop& loop, const MemoryStreamOptions& options = {});

}  // namespace porthole::io
