// What is told of a tunnel's bytes while they pass, and when it ends.
#include "proxy/tunnel_tap.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;
using test::ProxyRig;

struct Piece {
  ByteCount at;
  std::string text;
  Instant when;
};

class Listening final : public flow::CountingRecorder {
 public:
  explicit Listening(ByteCount wanted) : wanted_(wanted) {}
  ByteCount content_wanted() const override { return wanted_; }
  void data(flow::FlowId, flow::Direction direction, ByteCount at, std::string_view bytes, Instant now) override {
    heard[static_cast<std::size_t>(direction)].push_back({.at = at, .text = std::string(bytes), .when = now});
  }
  void tls(flow::FlowId, flow::TlsStage stage, const flow::TlsFacts& facts, Instant) override {
    EXPECT_EQ(stage, flow::TlsStage::offered);
    hellos.push_back(std::string(facts.sni) + " " + std::string(facts.alpn) + " " + std::string(facts.version));
  }
  std::string text(std::size_t direction) const {
    std::string all;
    for (const Piece& piece : heard[direction]) {
      EXPECT_EQ(piece.at, all.size());
      all += piece.text;
    }
    return all;
  }
  std::vector<Piece> heard[2];
  std::vector<std::string> hellos;

 private:
  ByteCount wanted_;
};

struct Upgraded {
  explicit Upgraded(ByteCount wanted) : sink(wanted) {
    client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    rig.server().take();
    rig.server().send("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello");
    client->take();
  }
  void close() {
    client->finish();
    rig.server().finish();
  }
  Listening sink;
  ProxyRig rig{{}, &proxy::make_session, nullptr, &sink};
  std::unique_ptr<test::Peer> client = rig.client();
};

TEST(TunnelTap, TellsWhatPassesAfterAnUpgradeAtOnceAndInOrder) {
  Upgraded tunnel(1000);
  EXPECT_EQ(tunnel.sink.text(1), "hello");  // it came with the 101
  Instant before = tunnel.rig.loop.now();
  tunnel.rig.advance(5s);
  tunnel.client->send("ping");
  EXPECT_EQ(tunnel.rig.server().take(), "ping");
  ASSERT_EQ(tunnel.sink.heard[0].size(), 1U);
  EXPECT_GE(tunnel.sink.heard[0][0].when, before + 5s);
  tunnel.rig.server().send("pong");
  tunnel.client->send("bye");
  EXPECT_EQ(tunnel.sink.text(0), "pingbye");
  EXPECT_EQ(tunnel.sink.text(1), "hellopong");
  EXPECT_EQ(tunnel.sink.ended.value(), 0U);
  tunnel.close();
  EXPECT_EQ(tunnel.sink.ended.value(), 1U);
  EXPECT_EQ(tunnel.sink.unseen_bytes[0].value(), 0U);
  EXPECT_EQ(tunnel.sink.unseen_bytes[1].value(), 0U);
}

TEST(TunnelTap, TellsNoMoreThanIsWantedAndCountsTheRest) {
  Upgraded tunnel(7);
  tunnel.rig.server().send(std::string(300'000, 'x'));
  tunnel.client->send("1234567");
  tunnel.client->send("8");
  EXPECT_EQ(tunnel.client->take().size(), 300'000U);
  tunnel.close();
  EXPECT_EQ(tunnel.sink.text(0), "1234567");
  EXPECT_EQ(tunnel.sink.text(1), "helloxx");
  EXPECT_EQ(tunnel.sink.unseen_bytes[0].value(), 1U);
  EXPECT_EQ(tunnel.sink.unseen_bytes[1].value(), 300'005U - 7U);
}

TEST(TunnelTap, OnlyCountsForWhoWantsNoContentAndBehindConnect) {
  Upgraded tunnel(0);
  tunnel.close();
  EXPECT_TRUE(tunnel.sink.heard[1].empty());
  EXPECT_EQ(tunnel.sink.unseen_bytes[1].value(), 5U);

  Listening sink(1000);
  ProxyRig rig({}, &proxy::make_session, nullptr, &sink);
  auto client = rig.client();
  client->send("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\nsecret");
  rig.server().send("secret, too");
  client->finish();
  rig.server().finish();
  EXPECT_TRUE(sink.heard[0].empty());
  EXPECT_TRUE(sink.heard[1].empty());
  EXPECT_EQ(sink.unseen_bytes[0].value(), 6U);
  EXPECT_EQ(sink.unseen_bytes[1].value(), 11U);
}

// For shop.test; h2 and http/1.1; TLS 1.3 and 1.2.
std::string client_hello() {
  constexpr unsigned char kHello[] = {
      0x16, 0x03, 0x01, 0x00, 0x5e, 0x01, 0x00, 0x00, 0x5a, 0x03, 0x03, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05,
      0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16,
      0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x00, 0x00, 0x04, 0x13, 0x01, 0xc0, 0x2f, 0x01,
      0x00, 0x00, 0x2d, 0x00, 0x00, 0x00, 0x0e, 0x00, 0x0c, 0x00, 0x00, 0x09, 0x73, 0x68, 0x6f, 0x70, 0x2e,
      0x74, 0x65, 0x73, 0x74, 0x00, 0x10, 0x00, 0x0e, 0x00, 0x0c, 0x02, 0x68, 0x32, 0x08, 0x68, 0x74, 0x74,
      0x70, 0x2f, 0x31, 0x2e, 0x31, 0x00, 0x2b, 0x00, 0x05, 0x04, 0x03, 0x04, 0x03, 0x03,
  };
  return {reinterpret_cast<const char*>(kHello), sizeof kHello};
}

TEST(TunnelTap, TellsWhatAClientHelloOffersAndDelaysNoByteOfIt) {
  const std::string hello = client_hello();
  for (std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{5}, hello.size() - 1, hello.size()}) {
    Listening sink(1000);
    ProxyRig rig({}, &proxy::make_session, nullptr, &sink);
    auto client = rig.client();
    client->send("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n" + hello.substr(0, first));
    EXPECT_EQ(rig.server().seen(), hello.substr(0, first));
    client->send(hello.substr(first) + "more");
    EXPECT_EQ(rig.server().seen(), hello + "more");
    EXPECT_EQ(sink.hellos, std::vector<std::string>{"shop.test h2,http/1.1 1.3,1.2"});
    client->send(hello);  // the first one counts
    client->finish();
    rig.server().finish();
    EXPECT_EQ(sink.hellos.size(), 1U);
    EXPECT_TRUE(sink.heard[0].empty());
    EXPECT_EQ(sink.unseen_bytes[0].value(), 2 * hello.size() + 4);
  }
}

// An idle tunnel is to cost 1 KiB, whatever the client began with.
TEST(TunnelTap, GivesUpAClientHelloThatStopsOrIsAnsweredBefore) {
  const std::string hello = client_hello();
  enum class Then { no_wait, wait, wait_after_early, answer };
  for (Then then : {Then::no_wait, Then::wait, Then::wait_after_early, Then::answer}) {
    Listening sink(1000);
    Options options;
    ProxyRig rig(options, &proxy::make_session, nullptr, &sink);
    auto client = rig.client();
    constexpr std::string_view kConnect = "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n";
    if (then == Then::wait_after_early) {
      client->send(std::string(kConnect) + hello.substr(0, 50));
    } else {
      client->send(kConnect);
      client->send(hello.substr(0, 50));
    }
    if (then == Then::answer) rig.server().send("220 ready\r\n");
    else if (then != Then::no_wait) rig.advance(options.timeouts.head + 1s);
    client->send(hello.substr(50));
    EXPECT_EQ(rig.server().take(), hello) << "it passes all the same";
    EXPECT_EQ(sink.hellos.size(), then == Then::no_wait ? 1U : 0U) << static_cast<int>(then);
    EXPECT_EQ(sink.ended.value(), 0U);
    rig.advance(options.timeouts.idle_tunnel - 1s);
    EXPECT_EQ(sink.ended.value(), 0U);
    rig.advance(2s);
    EXPECT_EQ(sink.ended.value(), 1U) << "the tunnel lives as long as any other";
  }
}

TEST(TunnelTap, TellsNothingOfWhatIsNoClientHello) {
  for (std::string_view bytes : {"SSH-2.0-x\r\n", "\x16\x03\x01\x40\x01", "\x16\x03\x01\x3f\xff\x01\xff\xff\xff"}) {
    Listening sink(1000);
    ProxyRig rig({}, &proxy::make_session, nullptr, &sink);
    auto client = rig.client();
    client->send("CONNECT h:22 HTTP/1.1\r\nHost: h:22\r\n\r\n");
    client->send(bytes);
    EXPECT_EQ(rig.server().take(), bytes);
    rig.server().send(client_hello());  // the other side's is none
    EXPECT_TRUE(sink.hellos.empty());
  }
}

// What was read from the client and waited when the server broke never passed.
TEST(TunnelTap, TellsNothingThatWasNeverSentOn) {
  Upgraded tunnel(1'000'000);
  tunnel.rig.server().stop_reading();
  tunnel.client->send(std::string(200'000, 'x'));
  std::size_t heard = tunnel.sink.text(0).size();
  EXPECT_EQ(heard, tunnel.rig.network.stream_capacity);
  tunnel.rig.server().reset();
  EXPECT_EQ(tunnel.sink.ended.value(), 1U);
  EXPECT_EQ(tunnel.sink.unseen_bytes[0].value(), 0U);
  EXPECT_EQ(tunnel.sink.text(0).size(), heard);
}

}  // namespace
}  // namespace porthole::proxy
