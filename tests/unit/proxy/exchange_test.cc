// Whole exchanges on memory streams: what the client sends, what the server sees, what comes back.
#include "proxy/exchange.h"

#include <cerrno>
#include <cstring>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/ring_sink.h"
#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;
using test::ProxyRig;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kGet = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

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

// RFC 9112 §2.3, RFC 9110 §6.2 and §7.6.3: our version on both sides, theirs in Via.
TEST(Exchange, SpeaksItsOwnVersionBothWays) {
  for (std::string version : {"1.0", "1.7"}) {
    ProxyRig rig;
    auto client = rig.client();
    client->send("GET http://h/ HTTP/" + version + "\r\nHost: h\r\n\r\n");
    std::string understood = version == "1.0" ? "1.0" : "1.1";
    EXPECT_EQ(rig.server().take(), "GET / HTTP/1.1\r\nHost: h\r\nVia: " + understood + " porthole\r\n\r\n");
    rig.server().send("HTTP/" + version + " 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(client->take(),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nVia: " + understood + " porthole\r\n")));
  }
}

TEST(Exchange, KeepsBothConnectionsForTheNextRequest) {
  ProxyRig rig;
  auto client = rig.client();
  for (int i = 0; i < 3; ++i) {
    client->send(kGet);
    EXPECT_THAT(rig.server().take(), StartsWith("GET / HTTP/1.1\r\n"));
    rig.server().send(kOk);
    EXPECT_THAT(client->take(), HasSubstr("\r\n\r\nok"));
  }
  EXPECT_EQ(rig.servers(), 1u);
}

TEST(Exchange, RetriesOnceWhenAKeptConnectionDiesBeforeItsAnswer) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server(0).send(kOk);
  client->take();
  client->send(kGet);
  rig.server(0).reset();
  ASSERT_EQ(rig.servers(), 2u);
  EXPECT_THAT(rig.server(1).take(), StartsWith("GET / HTTP/1.1\r\n"));
  rig.server(1).send(kOk);
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 200 OK"), HasSubstr("ok")));
  EXPECT_EQ(rig.worker->metrics().retries.value(), 1u);
}

// RFC 9110 §9.2.2: not even one whose content has not moved.
TEST(Exchange, NeverRetriesWhatIsNotIdempotent) {
  for (const char* method : {"POST", "PATCH", "get"}) {
    ProxyRig rig;
    auto client = rig.client();
    client->send(kGet);
    rig.server(0).send(kOk);
    client->take();
    client->send(std::string(method) + " http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    rig.server(0).reset();
    EXPECT_EQ(rig.servers(), 1u) << method;
    EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 502 ")) << method;
  }
}

TEST(Exchange, NeverRetriesAPost) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server(0).send(kOk);
  client->take();
  client->send("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
  rig.server(0).reset();
  EXPECT_EQ(rig.servers(), 1u);
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 502 "));
}

TEST(Exchange, AnswersAFreshConnectionThatDiesWith502) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server(0).reset();
  EXPECT_EQ(rig.servers(), 1u);
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("error=connection_terminated")));
}

TEST(Exchange, NamesTheReasonOfAFailedConnection) {
  ProxyRig rig;
  rig.network.refused[*Endpoint::parse("10.0.0.1:80")] = ECONNREFUSED;
  auto client = rig.client();
  client->send(kGet);
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("error=connection_refused")));
  client->send("GET http://unknown.test/ HTTP/1.1\r\nHost: unknown.test\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("error=dns_error")));
}

TEST(Exchange, AnswersASilentServerWith504) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.advance(61s);
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 504 "), HasSubstr("error=http_response_timeout")));
  EXPECT_TRUE(rig.server().saw_end());
}

TEST(Exchange, ServesItsOwnPageAndNothingElse) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET / HTTP/1.1\r\nHost: 127.0.0.1:8083\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("hello from porthole")));
  client->send("GET http://porthole.internal/ HTTP/1.1\r\nHost: porthole.internal\r\n\r\n");
  EXPECT_THAT(client->take(), HasSubstr("hello from porthole"));
  client->send("GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:8083\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 404 "));
  // RFC 9110 §15.5.20: never 421, nor anybody else's site.
  client->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client->take(), HasSubstr("hello from porthole"));
  client->send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 404 "));
  client->send("POST / HTTP/1.1\r\nHost: 127.0.0.1:8083\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 405 "));
  EXPECT_EQ(rig.servers(), 0u);
}

TEST(Exchange, SendsPeopleWhoAskForHttpsToConnect) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET https://h/ HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 501 "), HasSubstr("CONNECT"), HasSubstr("<!doctype html>")));
}

TEST(Exchange, EndsALoop) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\nVia: 1.1 porthole\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 508 "), HasSubstr("error=proxy_loop_detected")));
  EXPECT_EQ(rig.servers(), 0u);
}

// RFC 9110 §9.3.8, §7.6.2.
TEST(Exchange, ReflectsATraceThatMayGoNoFurther) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("TRACE http://h/x HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\nCookie: secret\r\nX-Seen: yes\r\n\r\n");
  EXPECT_THAT(client->take(), AllOf(HasSubstr("message/http"), HasSubstr("X-Seen: yes"), Not(HasSubstr("secret"))));
  client->send("TRACE http://h/x HTTP/1.1\r\nHost: h\r\nMax-Forwards: 3\r\n\r\n");
  EXPECT_THAT(rig.server().take(), HasSubstr("Max-Forwards: 2\r\n"));
}

// RFC 9110 §7.6.2, §9.3.7.
TEST(Exchange, AnswersOptionsThatMayGoNoFurther) {
  ProxyRig rig;
  auto client = rig.client();
  for (const char* asked : {"http://h/x HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0", "* HTTP/1.1\r\nHost: h",
                            "http://h HTTP/1.1\r\nHost: h\r\nMax-Forwards: 00"}) {
    client->send("OPTIONS " + std::string(asked) + "\r\n\r\n");
    EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nAllow: GET, "))) << asked;
  }
  EXPECT_EQ(rig.servers(), 0u);
  client->send("OPTIONS http://h HTTP/1.1\r\nHost: h\r\nMax-Forwards: 1\r\n\r\n");
  EXPECT_THAT(rig.server().take(), AllOf(StartsWith("OPTIONS * HTTP/1.1\r\n"), HasSubstr("\r\nMax-Forwards: 0\r\n")));
}

// RFC 9110 §10.1.1
TEST(Exchange, RefusesExpectationsThatNobodyKnows) {
  ProxyRig rig;
  auto client = rig.client();
  client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n");
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 417 "));
  EXPECT_EQ(rig.servers(), 0u);
}

// RFC 9110 §3.3: what holds for one request of a connection says nothing about the next, on either side.
TEST(Exchange, JudgesEachRequestByItself) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(kGet);
  rig.server(0).send(kOk);
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 200 OK"));
  auto other = rig.client();
  other->send("GET http://h/other HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(rig.servers(), 1u);  // two clients, one connection
  rig.server(0).send(kOk);
  rig.snapshot->access = rules::Access(rules::AccessOptions{.clients = {*IpNetwork::parse("192.0.2.0/24")}});
  client->send(kGet);
  EXPECT_THAT(client->take(), StartsWith("HTTP/1.1 403 "));
}

TEST(Exchange, RefusesClientsThatAreNotAdmitted) {
  ProxyRig rig;
  rig.snapshot->access = rules::Access(rules::AccessOptions{.clients = {*IpNetwork::parse("192.0.2.0/24")}});
  auto client = rig.client();
  client->send(kGet);
  EXPECT_THAT(client->take(), AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("error=http_request_denied")));
  EXPECT_EQ(rig.servers(), 0u);
}

TEST(Exchange, ClosesAfterAnErrorAboutFraming) {
  ProxyRig rig;
  auto client = rig.client();
  client->send(
      "POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
      std::string(kGet));
  std::string seen = client->take();
  EXPECT_THAT(seen, AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Connection: close\r\n")));
  EXPECT_EQ(seen.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_TRUE(client->saw_end());
  EXPECT_EQ(rig.servers(), 0u);
}

// Destroying everything in the middle of every step leaves nothing behind (bad-inputs 62).
TEST(Exchange, MayBeDestroyedAtAnyPoint) {
  const std::string request = "POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
  const std::string response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
  for (std::size_t sent = 0; sent <= request.size(); ++sent) {
    for (std::size_t answered = 0; answered <= (sent == request.size() ? response.size() : 0); ++answered) {
      ProxyRig rig;
      auto client = rig.client();
      client->send(request.substr(0, sent));
      if (answered > 0) rig.server().send(response.substr(0, answered));
      rig.worker.reset();
      EXPECT_EQ(rig.recorder.begun.value(), rig.recorder.ended.value());
      rig.loop.settle();
    }
  }
}

// What the recorder is told, by kind of event: the text at the start of each payload.
std::multimap<flow::EventKind, std::string> told(flow::Ring& ring) {
  std::multimap<flow::EventKind, std::string> seen;
  while (true) {
    std::span<char> front = ring.front();
    if (front.empty()) return seen;
    flow::EventHeader header;
    std::memcpy(&header, front.data(), sizeof header);
    flow::EventReader payload({front.data() + sizeof header, front.size() - sizeof header});
    if (header.kind == flow::EventKind::data) payload.number<ByteCount>();
    seen.emplace(header.kind, header.kind == flow::EventKind::data ? payload.rest() : payload.text());
    ring.pop();
  }
}

TEST(Exchange, TellsTheRecorderTheExactHeadsOfAllFourHops) {
  flow::Ring ring;
  flow::RingSink sink(ring, 8_MiB);
  test::ProxyRig rig({}, &make_session, nullptr, &sink);
  auto client = rig.client();
  std::string asked = "POST http://h/a HTTP/1.1\r\nhost:h\r\nX-Odd:   v\r\nTE: trailers\r\nContent-Length: 2\r\n\r\n";
  client->send(asked + "hi");
  std::string forwarded = rig.server().take();
  std::string answered = "HTTP/1.1 200 Fine\r\nServer:s\r\nContent-Length: 3\r\nKeep-Alive: x\r\n\r\n";
  rig.server().send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  std::string hint = client->take();
  rig.server().send(answered + "yes");
  std::string delivered = client->take();

  using Kind = flow::EventKind;
  auto seen = told(ring);
  EXPECT_EQ(seen.find(Kind::request_received)->second, asked);
  EXPECT_EQ(seen.find(Kind::request_sent)->second + "hi", forwarded);
  EXPECT_EQ(seen.find(Kind::interim_received)->second, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  EXPECT_EQ(seen.find(Kind::interim_sent)->second, hint);
  EXPECT_EQ(seen.find(Kind::response_received)->second, answered);
  EXPECT_EQ(seen.find(Kind::response_sent)->second + "yes", delivered);
  EXPECT_EQ(seen.count(Kind::data), 2U);
  EXPECT_EQ(seen.count(Kind::end), 1U);
}

TEST(Exchange, TellsTheRecorderWhatItAnswersByItself) {
  flow::Ring ring;
  flow::RingSink sink(ring, 8_MiB);
  test::ProxyRig rig({}, &make_session, nullptr, &sink);
  auto client = rig.client();
  for (std::string_view asked :
       {"GET http://unknown/ HTTP/1.1\r\nHost: unknown\r\n\r\n", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"}) {
    client->send(asked);
    auto seen = told(ring);
    std::string sent = seen.find(flow::EventKind::response_sent)->second;
    if (auto body = seen.find(flow::EventKind::data); body != seen.end()) sent += body->second;
    EXPECT_EQ(sent, client->take()) << asked;
  }
}

}  // namespace
}  // namespace porthole::proxy
