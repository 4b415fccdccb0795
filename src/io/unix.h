// Stream sockets that are files: how programs on this machine talk to ours, where the file's permissions say who may.
#pragma once

#include <string_view>

#include "base/result.h"
#include "io/tcp.h"

namespace porthole::io {

// A listening, non-blocking socket at `path`, which only its owner may connect to (0600). A file that a program left which is gone
// is replaced; where somebody listens the error is EADDRINUSE. The caller removes the file in the end. For Listener, as the
// sockets of ListenSocket::open() are: its peers have no address. Error: side = us, os_errno.
Result<ListenSocket> listen_unix(std::string_view path);

// A connected descriptor that blocks; the caller closes it. Error: side = upstream, os_errno; ECONNREFUSED or ENOENT when nobody
// listens there.
Result<int> connect_unix(std::string_view path);

}  // namespace porthole::io
