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
