// HTTP/1.1 (RFC 9112) behind the session interface. Strict towards clients; towards servers the tolerances of bad-inputs
// 2, 7, 24 and 63 apply, each recorded in ResponseHead::tolerated and the connection not reused.
#pragma once

#include <memory>

#include "wire/session.h"

namespace porthole::wire::h1 {

// `pools` and `blocks` outlive the session. An idle session owns no buffer.
std::unique_ptr<ServerSession> make_server_session(HeadPools& pools, BlockPool& blocks, const Limits& limits);
std::unique_ptr<ClientSession> make_client_session(HeadPools& pools, BlockPool& blocks, const Limits& limits);

}  // namespace porthole::wire::h1
