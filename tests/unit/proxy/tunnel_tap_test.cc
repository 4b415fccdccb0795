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
  std::string text(std::size_t direction) const {
    std::string all;
    for (const Piece& piece : heard[direction]) {
      EXPECT_EQ(piece.at, all.size());
      all += piece.text;
    }
    return all;
  }
  std::vector<Piece> heard[2];

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

// What was read from the client before the server broke was received, though it never went on.
TEST(TunnelTap, TellsWhatWasReceivedThoughItWasNeverSentOn) {
  Upgraded tunnel(1'000'000);
  tunnel.rig.server().stop_reading();
  tunnel.client->send(std::string(200'000, 'x'));
  std::size_t heard = tunnel.sink.text(0).size();
  EXPECT_GT(heard, 64'000U);
  tunnel.rig.server().reset();
  EXPECT_EQ(tunnel.sink.ended.value(), 1U);
  EXPECT_EQ(tunnel.sink.unseen_bytes[0].value(), 0U);
  EXPECT_EQ(tunnel.sink.text(0).size(), heard);
}

}  // namespace
}  // namespace porthole::proxy
