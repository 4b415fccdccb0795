// Telling protocols by their first bytes, whole and in pieces.
#include "proxy/protocols.h"

#include <gtest/gtest.h>

namespace porthole::proxy {
namespace {

TEST(Protocols, AreToldByTheirFirstBytes) {
  EXPECT_EQ(tell_protocol("GET / HTTP/1.1\r\n"), Protocol::http1);
  EXPECT_EQ(tell_protocol("\r\nGET / HTTP/1.1\r\n"), Protocol::http1);
  EXPECT_EQ(tell_protocol("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Protocol::http2);
  EXPECT_EQ(tell_protocol(std::string_view("\x16\x03\x01", 3)), Protocol::tls);
  EXPECT_EQ(tell_protocol("\x05\x01"), Protocol::socks5);
  EXPECT_EQ(tell_protocol("\x04\x01"), Protocol::socks4);
  EXPECT_EQ(tell_protocol("PROXY TCP4 "), Protocol::proxy_header);
  EXPECT_EQ(tell_protocol(std::string_view("\r\n\r\n\0\r\nQUIT\n", 12)), Protocol::proxy_header);
  EXPECT_EQ(tell_protocol(std::string_view("\x00\x01", 2)), Protocol::unknown);
}

TEST(Protocols, StayUndecidedWhileMoreBytesMayDecide) {
  EXPECT_EQ(tell_protocol("P"), Protocol::undecided);
  EXPECT_EQ(tell_protocol("PRI * HTTP/2.0"), Protocol::undecided);
  EXPECT_EQ(tell_protocol("\r\n\r\n"), Protocol::undecided);
  EXPECT_EQ(tell_protocol("\x16"), Protocol::undecided);
  EXPECT_EQ(tell_protocol("PO"), Protocol::http1);
  EXPECT_EQ(tell_protocol("PRI "), Protocol::undecided);
  EXPECT_EQ(tell_protocol("PRINT "), Protocol::http1);
}

TEST(Protocols, OnlyHttp1HasASession) {
  wire::HeadPools heads;
  BlockPool blocks;
  EXPECT_NE(make_session(Protocol::http1, heads, blocks, {}), nullptr);
  EXPECT_EQ(make_session(Protocol::tls, heads, blocks, {}), nullptr);
  EXPECT_EQ(make_session(Protocol::socks5, heads, blocks, {}), nullptr);
}

}  // namespace
}  // namespace porthole::proxy
