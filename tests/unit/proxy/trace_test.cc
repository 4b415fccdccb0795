// What an exchange tells of its way besides the messages, note by note.
#include "proxy/trace.h"

#include <cerrno>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;
using test::ProxyRig;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class Noting final : public flow::CountingRecorder {
 public:
  void note(flow::FlowId, const flow::Note& note, Instant) override {
    told.push_back(std::string(note.what) + ": " + std::string(note.detail));
    took.push_back(note.took);
  }
  void end(flow::FlowId flow, const flow::Outcome& outcome, Instant now) override {
    served.push_back(outcome.served);
    CountingRecorder::end(flow, outcome, now);
  }
  std::vector<std::string> told;
  std::vector<Duration> took;
  std::vector<std::uint16_t> served;
};

struct Traced {
  explicit Traced(const Options& options = {}) : rig(options, &proxy::make_session, nullptr, &sink) {}
  Noting sink;
  ProxyRig rig;
};

constexpr std::string_view kGet = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(Trace, TellsLookUpAttemptsAndConnection) {
  Traced one;
  one.rig.resolver.names["h"] = {*IpAddress::parse("2001:db8::1"), *IpAddress::parse("10.0.0.1")};
  one.rig.network.refused[*Endpoint::parse("[2001:db8::1]:80")] = ECONNREFUSED;
  auto client = one.rig.client();
  client->send(kGet);
  EXPECT_THAT(one.sink.told, ElementsAre(StartsWith("dns: "), "attempt: refused [2001:db8::1]:80",
                                         "attempt: connected 10.0.0.1:80", "connect: "));
  EXPECT_THAT(one.sink.told[0], testing::EndsWith(" 2001:db8::1 10.0.0.1"));
}

TEST(Trace, OfAKeptConnectionIsHowManyItServed) {
  Traced one;
  auto client = one.rig.client();
  for (int i = 0; i < 3; ++i) {
    client->send(kGet);
    one.rig.server().send(kOk);
  }
  EXPECT_THAT(one.sink.served, ElementsAre(0, 1, 2));
  EXPECT_EQ(one.rig.servers(), 1U);
  EXPECT_EQ(one.sink.told.size(), 3U) << "dns, attempt, connect of the first";
}

TEST(Trace, TellsAFailureOfEachStep) {
  Traced one;
  one.rig.network.refused[*Endpoint::parse("10.0.0.1:80")] = ECONNREFUSED;
  one.rig.resolver.names["h"] = {*IpAddress::parse("10.0.0.1")};
  auto client = one.rig.client();
  client->send(kGet);
  EXPECT_THAT(one.sink.told, ElementsAre(StartsWith("dns: "), "attempt: refused 10.0.0.1:80", "connect: failed"));
  one.sink.told.clear();
  client->send("GET http://nowhere.test/ HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(one.sink.told, ElementsAre(StartsWith("dns: failed ")));
}

TEST(Trace, TellsTheRetryAndItsNewConnection) {
  Traced one;
  auto client = one.rig.client();
  client->send(kGet);
  one.rig.server().send(kOk);
  one.sink.told.clear();
  client->send(kGet);
  one.rig.server().reset();
  EXPECT_THAT(one.sink.told,
              ElementsAre(StartsWith("retry: "), StartsWith("dns: "), StartsWith("attempt: connected "), "connect: "));
  one.rig.server(1).send(kOk);
  EXPECT_THAT(one.sink.served, ElementsAre(0, 0));
}

TEST(Trace, TellsThatTheClientHadEndedItsSide) {
  Traced one;
  auto client = one.rig.client();
  client->send(kGet);
  client->finish();
  one.rig.server().send(kOk);
  EXPECT_THAT(one.sink.told, testing::Contains("client_finished: "));
  Traced other;
  auto stays = other.rig.client();
  stays->send(kGet);
  other.rig.server().send(kOk);
  EXPECT_THAT(other.sink.told, testing::Not(testing::Contains("client_finished: ")));
}

TEST(Trace, TellsTheWaitForAConnection) {
  Traced one;
  auto narrow = std::make_shared<Snapshot>(*one.rig.snapshot);
  narrow->pool.per_origin = 1;
  one.rig.worker->set_snapshot(narrow);
  auto first = one.rig.client(), second = one.rig.client();
  first->send(kGet);
  second->send(kGet);
  ASSERT_EQ(one.rig.servers(), 1U);
  one.sink.told.clear();
  one.sink.took.clear();
  one.rig.advance(3s);
  one.rig.server().send(kOk);
  ASSERT_THAT(one.sink.told, ElementsAre("queue: "));
  EXPECT_GE(one.sink.took[0], 3s);
}

TEST(Trace, TellsTheOctetsOfAHeadThatIsRefused) {
  class Raw final : public flow::CountingRecorder {
   public:
    void request_received(flow::FlowId, const http::RequestHead& head, const http::Framing&) override {
      parsed.emplace_back(head.raw);
    }
    void request_unparsed(flow::FlowId, std::string_view raw) override { unparsed.emplace_back(raw); }
    void end(flow::FlowId flow, const flow::Outcome& outcome, Instant now) override {
      read.push_back(std::string(outcome.method) + " " + std::string(outcome.target) + " " +
                     std::to_string(outcome.status));
      CountingRecorder::end(flow, outcome, now);
    }
    std::vector<std::string> parsed, unparsed, read;
  };
  auto told = [](std::string_view bytes, Duration wait, bool finish = false) {
    auto sink = std::make_unique<Raw>();
    Options options;
    options.limits.head_bytes = 300;
    ProxyRig rig(options, &proxy::make_session, nullptr, sink.get());
    auto client = rig.client();
    client->send(bytes);
    if (finish) client->finish();
    rig.advance(wait);
    EXPECT_EQ(sink->ended.value(), 1U);
    return sink;
  };
  constexpr std::string_view kBroken = "GET http://h/ HTTP/1.1\r\nX Y: 1\r\nZ: 2\r\n\r\n";
  auto broken = told(kBroken, 0s);
  EXPECT_THAT(broken->unparsed, ElementsAre(kBroken));
  EXPECT_THAT(broken->read, ElementsAre("GET http://h/ 400"));
  auto noise = told("G\x03\x01 /\r\n", 0s);
  EXPECT_THAT(noise->unparsed, ElementsAre("G\x03\x01 /\r\n"));
  EXPECT_THAT(noise->read, ElementsAre("-  400"));
  auto hostless = told("GET http://h/ HTTP/1.1\r\n\r\n", 0s);
  EXPECT_THAT(hostless->unparsed, ElementsAre("GET http://h/ HTTP/1.1\r\n\r\n"));
  auto large = told("GET http://h/ HTTP/1.1\r\nX: " + std::string(1000, 'x'), 0s);
  ASSERT_EQ(large->unparsed.size(), 1U);
  EXPECT_EQ(large->unparsed[0].size(), 301U);
  EXPECT_THAT(large->read, ElementsAre("GET http://h/ 431"));
  auto slow = told("GET http://h/ HTTP/1.1\r\nX: y", 1min);
  EXPECT_THAT(slow->unparsed, ElementsAre("GET http://h/ HTTP/1.1\r\nX: y"));
  EXPECT_THAT(slow->read, ElementsAre("GET http://h/ 408"));
  auto left = told("GET http://h/ HTTP/1.1\r\nX: y", 0s, true);
  EXPECT_EQ(left->unparsed.size(), 1U);
  for (const Raw* one : {broken.get(), noise.get(), large.get(), slow.get(), left.get()})
    EXPECT_THAT(one->parsed, IsEmpty());
  // The head was good, and content came with it that is not.
  auto content = told("POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nbroken\r\n", 0s);
  EXPECT_EQ(content->parsed.size(), 1U);
  EXPECT_THAT(content->unparsed, IsEmpty());
}

TEST(Trace, NamesWhatRefused) {
  Options options;
  options.connect_ports = {.by_default = false, .any = false, .list = {8443}};
  Traced one(options);
  auto client = one.rig.client();
  client->send("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
  EXPECT_THAT(one.sink.told, ElementsAre("rule: deny proxy.connect_ports"));
}

TEST(Trace, WithoutATapTellsNobody) {
  test::ProxyRig rig;
  Trace trace({}, rig.loop);
  EXPECT_EQ(trace.watch(), nullptr);
  for (bool unparsed : {false, true}) trace.received({}, {}, unparsed);
  trace.ruled("x", "deny");
  trace.retried({});
  trace.tell_path(flow::Direction::request, io::PathState{});
}

TEST(Trace, LooksAtTheNetworkWhereItCanHaveSaidSomething) {
  EXPECT_TRUE(worth_a_look(false, 0ms, 0));
  EXPECT_FALSE(worth_a_look(true, 99ms, 65'535));
  EXPECT_TRUE(worth_a_look(true, 100ms, 0));
  EXPECT_TRUE(worth_a_look(true, 0ms, 65'536));
}

}  // namespace
}  // namespace porthole::proxy
