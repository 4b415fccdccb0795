// What the kernel measured of a TCP connection: TCP_INFO. In a file of its own because the C library's struct tcp_info ends
// before the fields that we want, and the kernel's header does not go together with the C library's.
#pragma once

#include <optional>

#include "io/stream.h"

namespace porthole::io {

// Nothing when `descriptor` is no TCP socket, or no segment was answered yet.
std::optional<PathState> tcp_path(int descriptor);

}  // namespace porthole::io
