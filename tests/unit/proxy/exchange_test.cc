// Whole exchanges on memory streams: what the client sends, what the server sees, what comes back.
#include "proxy/exchange.h"

#include <gtest/gtest.h>

#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using test::ProxyRig;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Exchange, TurnsAbsoluteFormIntoOriginFormAndBringsTheAnswerBack) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/path?q=1 HTTP/1.1\r\nHost: other\r\nProxy-Connection: keep-alive\r\n\r\n");
  EXPECT_EQ(rig.server().take(), "GET /path?q=1 HTTP/1.1\r\nHost: h\r\nVia: 1.1 porthole\r\n\r\n");
  rig.server().send("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(
      client->take(),
      "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 5\r\nVia: 1.1 porthole\r\n\r\nhello");
  EXPECT_EQ(rig.recorder.begun.value(), 1u);
  EXPECT_EQ(rig.recorder.ended.value(), 1u);
}

TEST(Exchange, KeepsBothConnectionsForTheNextRequest) {
  ProxyRig rig;
  auto client = rig.client();
  for (int i = 0; i < 3; ++i) {
    client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(rig.server().take(), StartsWith("GET / HTTP/1.1\r\n"));
    rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_THAT(client->take(), HasSubstr("\r\n\r\nok"));
  }
  EXPECT_EQ(rig.servers(), 1u);
}

}  // namespace
}  // namespace porthole::proxy
