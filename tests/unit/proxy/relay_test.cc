// What moves between a client and a server once a request is on its way, in both directions.
#include "proxy/relay.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;
using test::ProxyRig;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kGet = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(Relay, PassesInterimResponsesOnAtOnce) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 103 Early Hints\r\n"), HasSubstr("Link: </a>\r\n")));
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(Relay, HidesInterimResponsesFromHttp10Clients) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.0\r\n\r\n");
  rig.server().send(
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), Not(HasSubstr("103")), Not(HasSubstr("chunked")),
                                    EndsWith("\r\n\r\nok")));
  EXPECT_TRUE(client->saw_end());
}

TEST(Relay, WaitsForTheContentOf100Continue) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("PUT http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(rig.server().take(), HasSubstr("Expect: 100-continue\r\n"));
  rig.server().send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 100 Continue\r\n"));
  client->send("ab");
  EXPECT_EQ(rig.server().take(), "ab");
}

TEST(Relay, StopsSendingWhenAnErrorComesEarly) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
  rig.server().take();
  rig.server().send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("Connection: close\r\n"), EndsWith("no")));
  client->send("more");
  EXPECT_EQ(rig.server().take(), "");
  EXPECT_TRUE(client->saw_end());
}

// Found by the simulation: such an answer was cut after five minutes, because the server waited for the rest of the request and
// the proxy for the end of the answer.
TEST(Relay, SendsOnWhenOnlyTheServersCloseEndsAnEarlyError) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  rig.server().take();
  rig.server().send("HTTP/1.1 413 Content Too Large\r\n\r\nno");
  client->send("def");
  EXPECT_EQ(rig.server().take(), "def");
  rig.server().finish();
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("2\r\nno\r\n0\r\n\r\n")));
}

// Found by the simulation: a buffer that takes longer to leave than the timeout was taken for a client that does not read.
TEST(Relay, GivesASlowReaderItsTime) {
  ProxyRig rig;
  auto client = rig.client();
  client->stop_reading();
  client->send(kGet);
  std::string content(600'000, 'x');
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n" + content);
  for (int i = 0; i < 70; ++i) {
    rig.advance(30s);
    client->read_up_to(10'000);
  }
  EXPECT_EQ(std::ranges::count(client->seen(), 'x'), 600'000);
}

// Found by the simulation: it ended the program.
TEST(Relay, SplicesOnlyOnceTheRequestHasLeft) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n");
  rig.server().stop_reading();
  client->send(std::string(70'000, 'x'));  // more than the stream takes
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n" + std::string(600'000, 'y'));
  EXPECT_THAT(client->take(), EndsWith("yyy"));
  rig.server().read_on();
  EXPECT_THAT(rig.server().take(), EndsWith("xxx"));
}

// What the exchange had moved when its client left is in the account.
TEST(Relay, CountsWhatMovedBeforeTheClientLeft) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(400, 'x'));
  client->reset();
  EXPECT_EQ(rig.worker->metrics().bytes_in.value(), 5u);
  EXPECT_EQ(rig.worker->metrics().bytes_out.value(), 400u);
  using Method = http::Method;
  const auto& by_class = rig.worker->metrics().requests[static_cast<std::size_t>(Method::post)];
  EXPECT_EQ(by_class[1][static_cast<std::size_t>(Token::none)].value(), 1u);  // 2xx
}

TEST(Relay, ForwardsChunksAndTrailersBothWays) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(
      "POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "3;ext=1\r\nabc\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n");
  EXPECT_THAT(rig.server().take(), EndsWith("\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"));  // bad-inputs 19
  rig.server().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Done: yes\r\n\r\n");
  EXPECT_THAT(client->take(), EndsWith("\r\n\r\n5\r\nhello\r\n0\r\nX-Done: yes\r\n\r\n"));
}

// RFC 9110 §6.5.1, §7.6.1: not into the head, not where no trailer can be, and not when Connection names them.
TEST(Relay, NeverMergesTrailers) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: X-Hop\r\n\r\n5\r\nhello\r\n0\r\nX-Hop: "
      "1\r\nX-Done: "
      "yes\r\n\r\n";
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send(kAnswer);
  std::string seen = client->take();
  EXPECT_THAT(seen, EndsWith("\r\n\r\n5\r\nhello\r\n0\r\nX-Done: yes\r\n\r\n"));
  EXPECT_EQ(seen.find("X-Done"), seen.rfind("X-Done"));
  EXPECT_THAT(seen, Not(HasSubstr("X-Hop")));
  auto old = rig.client();
  old->send("GET http://h/ HTTP/1.0\r\n\r\n");
  rig.server(0).send(kAnswer);
  EXPECT_THAT(old->take(), AllOf(EndsWith("\r\n\r\nhello"), Not(HasSubstr("X-Done"))));
}

// RFC 9110 §7.7, §14.4, §15.4.5: what the two ends agreed on is theirs, whether we understand it or not.
TEST(Relay, LeavesContentAndWhatDescribesItAlone) {
  for (std::string_view answer :
       {"HTTP/1.1 200 OK\r\nDate: d\r\nCache-Control: no-transform\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n"
        "Via: 1.1 porthole\r\n\r\n\x1f\x8b\xff\r",
        "HTTP/1.1 206 Partial Content\r\nDate: d\r\nContent-Range: lines 1-2/9\r\nContent-Length: 4\r\n"
        "Via: 1.1 porthole\r\n\r\na\nb\n",
        "HTTP/1.1 304 Not Modified\r\nDate: d\r\nETag: \"a\"\r\nContent-Length: 9\r\nVia: 1.1 porthole\r\n\r\n"}) {
    ProxyRig rig;
    auto client = rig.client();
    client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"a\"\r\nRange: lines=1-2\r\n\r\n");
    EXPECT_EQ(rig.server().take(),
              "GET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"a\"\r\nRange: lines=1-2\r\nVia: 1.1 porthole\r\n\r\n");
    std::string sent(answer);
    sent.erase(sent.find("Via: 1.1 porthole\r\n"), 19);
    rig.server().send(sent);
    EXPECT_EQ(client->take(), answer);
  }
}

TEST(Relay, ChunksContentThatEndsWithTheConnection) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 200 OK\r\n\r\nall there is");
  rig.server().finish();
  EXPECT_THAT(client->take(),
              AllOf(HasSubstr("Transfer-Encoding: chunked\r\n"), EndsWith("all there is\r\n0\r\n\r\n")));
  EXPECT_FALSE(client->saw_end());
}

// The client must see that the content was cut (RFC 9112 §8).
TEST(Relay, ShowsACutResponseAsCut) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  rig.server().finish();
  EXPECT_THAT(client->take(), AllOf(EndsWith("hello\r\n"), Not(HasSubstr("0\r\n\r\n"))));
  EXPECT_TRUE(client->saw_end());
  auto method = static_cast<std::size_t>(http::Method::get);
  auto reason = static_cast<std::size_t>(Token::http_response_incomplete);
  EXPECT_EQ(rig.worker->metrics().requests[method][1][reason].value(), 1u);  // and it is recorded as such

  auto old = rig.client();
  old->send("GET http://h/ HTTP/1.0\r\n\r\n");
  rig.server(1).send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  rig.server(1).finish();
  EXPECT_TRUE(old->saw_reset());  // close-delimited: an orderly close would complete it
}

// A slow client that comes back must not take what it gets for the whole.
TEST(Relay, ShowsThatAResponseWasCutToAClientThatDidNotRead) {
  for (bool all_there : {false, true}) {
    ProxyRig rig;
    auto old = rig.client();
    old->send("GET http://h/ HTTP/1.0\r\n\r\n");
    old->stop_reading();
    rig.server().send("HTTP/1.1 200 OK\r\n\r\n");
    rig.server().send(std::string(200'000, 'x'));
    if (all_there) rig.server().finish();
    rig.advance(std::chrono::minutes(10));
    old->read_on();
    EXPECT_LT(old->take().size(), 200'000U);
    EXPECT_TRUE(old->saw_reset()) << all_there;
  }
}

TEST(Relay, SendsNothingButTheHeadForHead) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("HEAD http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\n")));
  client->send(kGet);
  EXPECT_THAT(rig.server().take(), HasSubstr("GET / "));  // same connection: nothing was left on it
}

TEST(Relay, StopsReadingWhenTheClientDoes) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  client->stop_reading();
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n");
  rig.server().send(std::string(4'000'000, 'x'));
  EXPECT_LT(rig.loop.blocks().in_use(), 1'500'000u);
  EXPECT_GT(rig.server().unsent(), 2'000'000u);
  client->read_on();
  EXPECT_EQ(rig.server().unsent(), 0u);
  std::string seen = client->take();
  EXPECT_EQ(seen.size() - seen.find("\r\n\r\n") - 4, 4'000'000u);
}

TEST(Relay, BringsEventsAtOnce) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  EXPECT_THAT(client->take(), HasSubstr("text/event-stream"));
  for (int i = 0; i < 3; ++i) {
    rig.server().send("data: tick\n\n");
    EXPECT_THAT(client->take(), HasSubstr("data: tick\n\n"));
    rig.advance(100s);  // quiet streams are alive for five minutes
  }
}

// A byte now and then restarts every timeout; the least rate does not let it hold the server's connection for ever.
TEST(Relay, GivesUpOnRequestContentThatTrickles) {
  for (const char* framing : {"Content-Length: 100000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"}) {
    ProxyRig rig;
    auto client = rig.client();
    client->send(std::string("POST http://h/ HTTP/1.1\r\nHost: h\r\n") + framing);
    auto seconds = 0s;
    for (; !client->saw_end() && seconds < 3600s; seconds += 10s) {
      client->send("1\r\nx\r\n");
      rig.advance(10s);
    }
    EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 408 ")) << framing;
    EXPECT_LE(seconds, 80s) << framing;
    EXPECT_TRUE(rig.server().saw_end());
  }
}

TEST(Relay, LetsSlowContentTakeItsTime) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 250000\r\n\r\n");
  for (int i = 0; i < 100; ++i) {
    client->send(std::string(2500, 'x'));
    rig.advance(10s);
    ASSERT_FALSE(client->saw_end()) << "after " << 10 * i << " s";
  }
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_THAT(client->take(), EndsWith("ok"));
}

TEST(Relay, GivesUpOnAResponseOfKnownLengthThatTrickles) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
  auto seconds = 0s;
  for (; !client->saw_end() && seconds < 3600s; seconds += 10s) {
    rig.server().send("x");
    rig.advance(10s);
  }
  EXPECT_GE(seconds, 300s);
  EXPECT_LE(seconds, 320s);
  EXPECT_TRUE(rig.server().saw_end());
}

TEST(Relay, AnEventStreamMayBeQuietForHours) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3600; i += 30) {
    rig.server().send("1\r\n:\r\n");
    rig.advance(30s);
    ASSERT_FALSE(client->saw_end()) << "after " << i << " s";
  }
}

// A client that answers what the server says, a little at a time: once the response has begun they talk as long as they like.
TEST(Relay, AConversationMayBeQuiet) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  rig.server().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n");
  for (int i = 0; i < 3600; i += 30) {
    client->send("1\r\na\r\n");
    rig.advance(30s);
    ASSERT_FALSE(client->saw_end()) << "after " << i << " s";
  }
}

TEST(Relay, TunnelsOnlyAfter101) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_THAT(rig.server().take(), AllOf(HasSubstr("Upgrade: websocket\r\n"), HasSubstr("onnection: ")));
  rig.server().send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfrom server");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 101 "), EndsWith("from server")));
  client->send("from client");
  EXPECT_EQ(rig.server().take(), "from client");
  EXPECT_EQ(rig.recorder.ended.value(), 0u);
  client->finish();
  rig.server().finish();
  EXPECT_EQ(rig.recorder.ended.value(), 1u);
}

// Found by the simulation: it ended the program.
TEST(Relay, SurvivesAServerThatResetsAfterIts101) {
  ProxyRig rig;
  rig.network.stream_capacity = 200;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\nX-A: " +
               std::string(50, 'a'));
  client->send(std::string(300, 'a') + "\r\n\r\n");
  rig.server().stop_reading();  // a part of the request waits
  rig.server().send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 101 "));
  rig.server().reset();
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(rig.worker->metrics().connections.value(), 0);
  EXPECT_EQ(rig.worker->metrics().tunnels.value(), 0);
}

// RFC 9110 §7.8: 100 goes before 101; the close and its code (RFC 6455 §5.5.1) are bytes, the server's FIN the client's.
TEST(Relay, ContinuesBeforeItSwitchesAndBringsTheCloseOver) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(
      "GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\nExpect: 100-continue\r\n\r\n");
  rig.server().take();
  rig.server().send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
      "WebSocket\r\n\r\n");
  EXPECT_EQ(client->take(),
            "HTTP/1.1 100 Continue\r\nVia: 1.1 porthole\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: WebSocket\r\nConnection: upgrade\r\nVia: 1.1 porthole\r\n\r\n");
  constexpr std::string_view kMaskedClose = "\x88\x82\x01\x02\x03\x04\x02\xea";
  constexpr std::string_view kClose = "\x88\x02\x03\xe8";
  client->send(kMaskedClose);
  EXPECT_EQ(rig.server().take(), kMaskedClose);
  rig.server().send(kClose);
  rig.server().finish();
  EXPECT_EQ(client->take(), kClose);
  EXPECT_TRUE(client->saw_end());
  EXPECT_FALSE(rig.server().saw_end());
  client->finish();
  EXPECT_TRUE(rig.server().saw_end());
  EXPECT_EQ(rig.recorder.ended.value(), 1u);
}

// bad-inputs 37: the server answers 200, so what follows is the next request.
TEST(Relay, StaysInHttpWhenTheUpgradeIsDeclined) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n" +
               std::string(kGet));
  rig.server().take();
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_THAT(client->take(), EndsWith("no"));
  EXPECT_THAT(rig.server().take(), StartsWith("GET / HTTP/1.1\r\n"));
}

TEST(Relay, Refuses101ThatNobodyAskedFor) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 502 "));
  auto second = rig.client();
  second->send("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: foo/2, bar\r\n\r\n");
  rig.server(1).send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: bar, websocket\r\nConnection: upgrade\r\n\r\n");
  EXPECT_THAT(second->take(), StartsWith("HTTP/1.1 502 "));
}

class Shout final : public BodyFilter {
 public:
  Result<> data(Bytes in, ByteQueue& out) override {
    std::string loud(in.view());
    for (char& c : loud) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    out.append(loud);
    return {};
  }
  Result<> end(ByteQueue& out) override {
    out.append("!");
    return {};
  }
};

class Shouting final : public FilterFactory {
 public:
  std::unique_ptr<BodyFilter> make(flow::Direction direction, const http::RequestHead&,
                                   const http::ResponseHead*) override {
    if (direction == flow::Direction::request) return nullptr;
    return std::make_unique<Shout>();
  }
};

TEST(Relay, RunsContentThroughFilters) {
  Shouting filters;
  ProxyRig rig({}, &make_session, &filters);
  auto client = rig.client();
  client->send(kGet);
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_THAT(client->take(), AllOf(Not(HasSubstr("Content-Length")), HasSubstr("5\r\nHELLO\r\n1\r\n!\r\n0\r\n\r\n")));
}

}  // namespace
}  // namespace porthole::proxy
