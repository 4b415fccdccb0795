// A codec of lines with many streams on one connection, for tests of whoever drives a session: what works with this one
// and with HTTP/1 does not know how many streams there are. Test only: trusting, slow, and easy to read in a test.
//
//   client: "1 HEAD GET http://h/p<TAB>Accept: a<TAB>X: b\n"   "1 DATA 5\nhello\n"   "1 END\n"   "1 RESET\n"
//   server: "1 INTERIM 103 Early Hints\n"   "1 HEAD 200 OK<TAB>X: b\n"   "1 DATA 5\nhello\n"   "1 END<TAB>Trailer: t\n"
//
// Stream ids are the client's. Content-Length gives Framing::Kind::length; without one GET, HEAD, DELETE, OPTIONS, TRACE
// and CONNECT have none, other requests and all responses are of unknown length (chunked).
#pragma once

#include <map>
#include <memory>
#include <string>

#include "wire/session.h"

namespace porthole::test {

// `pools` and `blocks` outlive the session.
std::unique_ptr<wire::ServerSession> make_fake_server_session(wire::HeadPools& pools, BlockPool& blocks);
std::unique_ptr<wire::ClientSession> make_fake_client_session(wire::HeadPools& pools, BlockPool& blocks);

}  // namespace porthole::test
