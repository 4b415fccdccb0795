// CONNECT and what follows it.
#include "proxy/tunnel.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;
using test::ProxyRig;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kConnect = "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n";

TEST(Tunnel, CarriesBytesBothWaysAfterThe200) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  EXPECT_EQ(client->take(), "HTTP/1.1 200 Connection established\r\n\r\n");
  client->send("from client");
  EXPECT_EQ(rig.server().take(), "from client");
  rig.server().send("from server");
  EXPECT_EQ(client->take(), "from server");
}

TEST(Tunnel, KeepsBytesThatCameBeforeThe200) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(std::string(kConnect) + "early");
  EXPECT_EQ(client->take(), "HTTP/1.1 200 Connection established\r\n\r\n");
  EXPECT_EQ(rig.server().take(), "early");
}

TEST(Tunnel, LetsTheServerSpeakFirst) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("CONNECT h:22 HTTP/1.1\r\nHost: h:22\r\n\r\n");
  client->take();
  rig.server().send("SSH-2.0-x\r\n");
  EXPECT_EQ(client->take(), "SSH-2.0-x\r\n");
}

TEST(Tunnel, CarriesAHalfCloseOverAndLivesOnTheOtherWay) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  client->take();
  client->send("question");
  client->finish();
  EXPECT_EQ(rig.server().take(), "question");
  EXPECT_TRUE(rig.server().saw_end());
  rig.server().send("answer");
  rig.server().finish();
  EXPECT_EQ(client->take(), "answer");
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(rig.recorder.ended.value(), 1u);
  EXPECT_EQ(rig.recorder.unseen_bytes[0].value(), 8u);
  EXPECT_EQ(rig.recorder.unseen_bytes[1].value(), 6u);
}

// RFC 9110 §9.3.6, RFC 6455 §7.1.1: a server that closes first; what came from it is flushed, what goes to it still goes.
TEST(Tunnel, CarriesTheServersCloseOverFirst) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  client->take();
  rig.server().send("last words");
  rig.server().finish();
  EXPECT_EQ(client->take(), "last words");
  EXPECT_TRUE(client->saw_end());
  client->send("reply");
  EXPECT_EQ(rig.server().take(), "reply");
  EXPECT_FALSE(rig.server().saw_end());
  client->finish();
  EXPECT_TRUE(rig.server().saw_end());
  EXPECT_EQ(rig.worker->metrics().tunnels.value(), 0);
}

TEST(Tunnel, EndsAHalfClosedSilenceAfterItsTime) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  client->finish();
  rig.advance(61s);
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(rig.worker->metrics().tunnels.value(), 0);
}

TEST(Tunnel, EndsAfterTenIdleMinutesAndNotBefore) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  rig.advance(9min);
  client->send("still here");
  rig.advance(9min);
  EXPECT_FALSE(client->saw_end());
  rig.advance(2min);
  EXPECT_TRUE(client->saw_end());
  EXPECT_TRUE(rig.server().saw_end());
}

TEST(Tunnel, ResetsAPeerThatNeverTookWhatWasForIt) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  client->take();
  client->stop_reading();
  rig.server().send(std::string(1'000'000, 'x'));
  rig.server().finish();
  rig.advance(11min);
  client->read_on();
  EXPECT_LT(client->take().size(), 1'000'000U);
  EXPECT_TRUE(client->saw_reset());
}

TEST(Tunnel, ClosesBothWhenOneResets) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  client->reset();
  EXPECT_TRUE(rig.server().saw_reset());
  EXPECT_EQ(rig.recorder.ended.value(), 1u);
  auto second = rig.client();
  second->send(kConnect);
  rig.server(1).reset();
  EXPECT_TRUE(second->saw_reset());
  EXPECT_EQ(rig.recorder.ended.value(), 2u);
}

TEST(Tunnel, AnswersFailuresAndClosesSoThatEarlyBytesAreNoRequest) {
  ProxyRig rig;
  rig.network.refused[*Endpoint::parse("10.0.0.1:443")] = ECONNREFUSED;
  auto client = rig.client();
  client->send(std::string(kConnect) + "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string seen = client->take();
  EXPECT_THAT(seen,
              AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("connection_refused"), HasSubstr("Connection: close\r\n")));
  EXPECT_EQ(seen.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(rig.servers(), 0u);
}

TEST(Tunnel, RefusesPortsThatAreNotAllowed) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("CONNECT h:25 HTTP/1.1\r\nHost: h:25\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 403 "));
  Options only_8443;
  only_8443.connect_ports = {.by_default = false, .any = false, .list = {8443}};
  ProxyRig strict(only_8443);
  auto second = strict.client();
  second->send(kConnect);
  EXPECT_THAT(second->take(), StartsWith("HTTP/1.1 403 "));
}

// RFC 6455 §4.1: ws:// through a proxy is a CONNECT to port 80.
TEST(Tunnel, AllowsPort80NearbyAndWhereAListNamesIt) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 200 "));
  for (std::uint16_t port : std::initializer_list<std::uint16_t>{80, 443}) {
    Options listed;
    listed.connect_ports = {.by_default = false, .any = false, .list = {port}};
    ProxyRig strict(listed);
    auto second = strict.client();
    second->send("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n");
    EXPECT_THAT(second->take(), StartsWith(port == 80 ? "HTTP/1.1 200 " : "HTTP/1.1 403 "));
  }
}

TEST(Tunnel, MovesMuchAndHoldsLittle) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kConnect);
  client->take();
  rig.server().stop_reading();
  client->send(std::string(3'000'000, 'x'));
  EXPECT_LT(rig.loop.blocks().in_use(), 700'000u);
  rig.server().read_on();
  EXPECT_EQ(rig.server().seen().size(), 3'000'000u);
}

}  // namespace
}  // namespace porthole::proxy
