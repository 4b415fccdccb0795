// Clients: connections that wait, pipeline, close, break off, and carry more than one stream.
#include "proxy/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_session.h"
#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;
using test::ProxyRig;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGet = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::unique_ptr<wire::ServerSession> many_streams(Protocol, wire::HeadPools& heads, BlockPool& blocks,
                                                  const wire::Limits&) {
  return test::make_fake_server_session(heads, blocks);
}

// The exchange does not know how many streams its connection has: two of them, interleaved, each with its own server.
TEST(Client, RunsTwoInterleavedExchangesOfOneConnection) {
  ProxyRig rig({}, &many_streams);
  auto client = rig.client();
  client->send("1 HEAD POST http://h/one\tContent-Length: 6\n2 HEAD GET http://h/two\n1 DATA 3\nabc\n2 END\n");
  ASSERT_EQ(rig.servers(), 2u);
  EXPECT_THAT(rig.server(0).take(), HasSubstr("POST /one HTTP/1.1\r\n"));
  EXPECT_THAT(rig.server(1).take(), StartsWith("GET /two HTTP/1.1\r\n"));
  rig.server(1).send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nTWO");
  EXPECT_THAT(client->take(), HasSubstr("2 DATA 3\nTWO\n2 END"));
  client->send("1 DATA 3\ndef\n1 END\n");
  EXPECT_EQ(rig.server(0).take(), "def");
  rig.server(0).send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nONE");
  EXPECT_THAT(client->take(), HasSubstr("1 DATA 3\nONE\n1 END"));
  EXPECT_EQ(rig.recorder.ended.value(), 2u);
}

TEST(Client, AnswersPipelinedRequestsInOrder) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/1 HTTP/1.1\r\nHost: h\r\n\r\nGET http://h/2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(rig.server().take(), StartsWith("GET /1 "));  // the second waits for the first one's answer
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  EXPECT_THAT(rig.server().take(), StartsWith("GET /2 "));
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
  std::string seen = client->take();
  EXPECT_LT(seen.find("\r\n\r\na"), seen.find("\r\n\r\nb"));
}

TEST(Client, ServesRequestsThatArriveByteByByte) {
  ProxyRig rig;
  auto client = rig.client();
  client->send_slowly("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_THAT(rig.server().take(), testing::EndsWith("\r\n\r\nabc"));
}

TEST(Client, ClosesAnIdleConnectionAfterItsTime) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
  rig.server().send("HTTP/1.1 204 No Content\r\n\r\n");
  rig.advance(59s);
  EXPECT_FALSE(client->saw_end());
  rig.advance(2s);
  EXPECT_TRUE(client->saw_end());
}

TEST(Client, AnswersAHeadThatNeverEndsWith408AndCloses) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.1\r\nHost: ");
  for (int second = 0; second < 12; ++second) {
    client->send("h");
    rig.advance(1s);
  }
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(client->saw_end());
}

TEST(Client, ClosesAConnectionThatNeverSays) {
  ProxyRig rig;
  auto client = rig.client();
  rig.advance(11s);
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(client->take(), "");
}

TEST(Client, StillAnswersAClientThatHalfClosed) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
  client->finish();
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_THAT(client->take(), HasSubstr("\r\n\r\nok"));
  EXPECT_TRUE(client->saw_end());
}

TEST(Client, EndsTheExchangeOfAClientThatResets) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
  client->reset();
  EXPECT_TRUE(rig.server().saw_end());
  EXPECT_EQ(rig.recorder.ended.value(), 1u);
  EXPECT_EQ(rig.worker->metrics().connections.value(), 0);
  EXPECT_EQ(rig.worker->metrics().exchanges.value(), 0);
}

// The request was answered by ourselves before its content had arrived; that it never arrives changes nothing.
TEST(Client, ClosesQuietlyWhenAnAnsweredRequestIsCut) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 405 "));
  client->finish();
  EXPECT_EQ(client->take(), "");
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(rig.recorder.ended.value(), 1u);
}

// Found by fuzz/exchange: the timer of a head that is not there.
TEST(Client, ClosesWhenTheContentOfAnAnsweredRequestNeverComes) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("POST / HTTP/1.1\r\nHost: p\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 405 "));
  rig.advance(15s);
  EXPECT_EQ(client->take(), "");
  EXPECT_TRUE(client->saw_end());
}

TEST(Client, RefusesTlsOnAPlainListener) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(client->take(), "");
}

TEST(Client, TellsAProtocolWhoseFirstBytesComeOneByOne) {
  ProxyRig rig;
  auto client = rig.client();
  client->send_slowly("PROPFIND http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");  // shares "PRO" with the PROXY header
  EXPECT_THAT(rig.server().take(), StartsWith("PROPFIND / HTTP/1.1\r\n"));
}

// A client that sends more than it may while the server reads nothing: memory stays inside the budget, then all arrives.
// Found by the simulation: what followed a lone first byte was cut at 4 KiB, and the rest read as the next request.
TEST(Client, LosesNothingBehindASignatureThatCameInPieces) {
  ProxyRig rig;
  auto client = rig.client();
  std::string content(20'000, 'x');
  client->send("P");
  client->send("OST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + content);
  std::string seen = rig.server().take();
  EXPECT_THAT(seen, StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_EQ(seen.substr(seen.find("\r\n\r\n") + 4), content);
  rig.server().send(kOk);
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

// Found by the simulation: the idle time ran while the last response was still being read.
TEST(Client, IsNotIdleWhileItReadsTheLastResponse) {
  ProxyRig rig;
  auto client = rig.client();
  client->stop_reading();
  client->send(kGet);
  rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + std::string(200'000, 'x'));
  for (int i = 0; i < 3; ++i) {  // three quarters of a minute each
    rig.advance(45s);
    client->read_up_to(50'000);
  }
  client->read_on();
  EXPECT_FALSE(client->saw_end());
  client->take();
  rig.advance(45s);
  client->send(kGet);
  rig.server(1).send(kOk);  // the first one was idle for too long
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(Client, StopsReadingWhenTheServerDoes) {
  ProxyRig rig;
  auto client = rig.client();
  std::string content(4'000'000, 'x');
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n");
  rig.server().stop_reading();
  client->send(content);
  EXPECT_LT(rig.loop.blocks().in_use(), 1'500'000u);
  EXPECT_GT(client->unsent(), 2'000'000u);
  rig.server().read_on();
  EXPECT_EQ(client->unsent(), 0u);
  std::string seen = rig.server().take();
  EXPECT_EQ(seen.substr(seen.find("\r\n\r\n") + 4), content);
}

}  // namespace
}  // namespace porthole::proxy
