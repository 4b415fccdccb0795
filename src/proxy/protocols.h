// Which protocol a client speaks, told by its first bytes. One table; a new protocol is a row.
#pragma once

#include <memory>
#include <string_view>

#include "wire/session.h"

namespace porthole::proxy {

enum class Protocol : std::uint8_t { undecided, http1, http2, tls, socks4, socks5, proxy_header, unknown };
std::string_view protocol_text(Protocol protocol);

// Looks at the first bytes of a connection (at least one). `undecided` asks for more. Anything that begins like a token is
// HTTP/1 and left to the strict parser; what is neither that nor a row of the table is `unknown`.
Protocol tell_protocol(std::string_view first_bytes);

// The session for it, or null when we do not speak it on this listener.
std::unique_ptr<wire::ServerSession> make_session(Protocol protocol, wire::HeadPools& heads, BlockPool& blocks,
                                                  const wire::Limits& limits);

// How a Client comes by its session; tests put in a codec of their own.
using SessionMaker = std::unique_ptr<wire::ServerSession> (*)(Protocol, wire::HeadPools&, BlockPool&,
                                                              const wire::Limits&);

}  // namespace porthole::proxy
