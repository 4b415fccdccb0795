// What the program sends by itself takes a client's way, is known for what it is, and leaves nothing behind.
#include "proxy/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/ring_sink.h"
#include "proxy/replay_request.h"
#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;
using flow::EventKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Told {
  EventKind kind;
  std::uint64_t flow;
  std::string payload;
};

class ReplayerTest : public testing::Test {
 protected:
  explicit ReplayerTest(Options options = {}) : rig_(options, &make_session, nullptr, &sink_) {
    replayer_.attach(*rig_.worker);
    sink_.tell_own(replayer_);
  }
  ~ReplayerTest() override { rig_.worker.reset(); }

  using Ticket = std::unique_ptr<control::Replay::Ticket>;
  Ticket place(const control::ReplayRequest& request) {
    auto [order, ticket] = ReplayOrder::place(request.of, compose_replay(request).value());
    replayer_.take(std::move(order));
    return std::move(ticket);
  }
  Ticket send(const control::ReplayRequest& request) {
    Ticket ticket = place(request);
    rig_.loop.settle();
    return ticket;
  }
  static control::ReplayRequest get(std::string url = "http://h/a") {
    return {.of = {}, .method = "GET", .url = std::move(url), .fields = {}, .content = {}};
  }
  // All that the recorder was told since the last call.
  std::vector<Told> told() {
    std::vector<Told> all;
    for (auto front = ring_.front(); !front.empty(); ring_.pop(), front = ring_.front()) {
      flow::EventHeader event;
      std::memcpy(&event, front.data(), sizeof event);
      all.push_back({event.kind, event.flow, std::string(front.data() + sizeof event, front.size() - sizeof event)});
    }
    return all;
  }
  static std::size_t count(const std::vector<Told>& all, EventKind kind) {
    return static_cast<std::size_t>(std::ranges::count(all, kind, &Told::kind));
  }
  static std::string payload(const std::vector<Told>& all, EventKind kind) {
    auto found = std::ranges::find(all, kind, &Told::kind);
    return found == all.end() ? std::string() : found->payload;
  }
  std::int64_t connections() { return rig_.worker->metrics().connections.value(); }

  flow::Ring ring_;
  flow::RingSink sink_{ring_, 64_KiB};
  test::ProxyRig rig_;
  Replayer replayer_{rig_.loop, rig_.admission};
};

TEST_F(ReplayerTest, SendsARequestThroughTheProxyAndNamesItsFlow) {
  auto ticket = send({.of = {77}, .method = "POST", .url = "http://h/a", .fields = {{"X-A", "1"}}, .content = "new"});
  ASSERT_TRUE(ticket->look());
  std::uint64_t id = ticket->look()->value().value;
  EXPECT_THAT(rig_.server().take(), AllOf(StartsWith("POST /a HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n"),
                                          HasSubstr("\r\nVia: 1.1 porthole"), testing::EndsWith("\r\n\r\nnew")));
  rig_.server().send(kOk);
  auto all = told();
  for (const Told& one : all) EXPECT_EQ(one.flow, id);
  EXPECT_EQ(all.at(0).kind, EventKind::begin);
  EXPECT_EQ(all.at(1).kind, EventKind::note);
  char text[flow::FlowId::kTextBytes];
  flow::FlowId{77}.text(text);
  EXPECT_THAT(all[1].payload, AllOf(HasSubstr("replay"), HasSubstr(std::string(text, sizeof text))));
  EXPECT_EQ(all.back().kind, EventKind::end);
  rig_.loop.settle();
  EXPECT_EQ(replayer_.under_way(), 0U);
  EXPECT_EQ(connections(), 0);
  EXPECT_EQ(rig_.admission.connections(), 0U);
}

TEST_F(ReplayerTest, ClientsOfTheNetworkAreNotTakenForOurs) {
  auto client = rig_.client();
  client->send("GET http://h/theirs HTTP/1.1\r\nHost: h\r\n\r\n");
  auto ticket = send(get());
  rig_.server(0).send(kOk);
  rig_.server(1).send(kOk);
  std::uint64_t id = ticket->look()->value().value;
  auto all = told();
  EXPECT_EQ(count(all, EventKind::begin), 2U);
  for (const Told& one : all) {
    if (one.kind == EventKind::note && one.payload.contains("replay")) EXPECT_EQ(one.flow, id);
    if (one.kind == EventKind::request_received) EXPECT_EQ(one.payload.contains("theirs"), one.flow != id);
  }
}

TEST_F(ReplayerTest, EachOfManyAtOnceGetsItsOwnFlow) {
  std::vector<Ticket> tickets;
  for (int n = 0; n < 8; ++n) {
    auto request = get("http://h/path-" + std::to_string(n));
    // The first ones take several reads until their heads are there.
    request.fields = {{"X-Long", std::string(n < 4 ? 50'000 : 10, 'l')}};
    tickets.push_back(place(request));
  }
  rig_.loop.settle();
  auto all = told();
  for (int n = 0; n < 8; ++n) {
    std::uint64_t id = tickets[static_cast<std::size_t>(n)]->look()->value().value;
    auto head = std::ranges::find_if(
        all, [&](const Told& one) { return one.kind == EventKind::request_received && one.flow == id; });
    ASSERT_NE(head, all.end());
    EXPECT_THAT(head->payload, HasSubstr("/path-" + std::to_string(n) + " "));
  }
}

TEST_F(ReplayerTest, MovesLargeContentBothWays) {
  auto request = get();
  request.method = "PUT";
  request.content.assign(control::ReplayRequest::kContentMax, 'u');
  auto ticket = send(request);
  std::string arrived = rig_.server().take();
  EXPECT_TRUE(arrived.ends_with("\r\n\r\n" + request.content));
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n";
  rig_.server().send(answer);
  for (int n = 0; n < 512; ++n) {
    rig_.server().send(std::string(64 * 1024, 'd'));
    told();
  }
  rig_.loop.settle();
  EXPECT_EQ(replayer_.under_way(), 0U);
  EXPECT_EQ(connections(), 0);
}

TEST_F(ReplayerTest, MeetsWhoMayUseTheProxy) {
  auto closed = std::make_shared<Snapshot>(*rig_.snapshot);
  closed->access = rules::Access({.clients = {*IpNetwork::parse("10.0.0.0/8")}});
  rig_.worker->set_snapshot(closed);
  auto ticket = send(get());
  EXPECT_TRUE(ticket->look()->has_value());  // there is a flow, and it says why
  EXPECT_THAT(payload(told(), EventKind::response_sent), HasSubstr("HTTP/1.1 403 "));
  EXPECT_EQ(rig_.servers(), 0U);
}

TEST_F(ReplayerTest, DoesNotReachOurOwnListeners) {
  auto guarded = std::make_shared<Snapshot>(*rig_.snapshot);
  guarded->addresses = std::make_shared<upstream::AddressPolicy>(
      upstream::AddressOptions{}, std::vector{*Endpoint::parse("10.0.0.1:8084")}, std::vector<IpAddress>{});
  rig_.worker->set_snapshot(guarded);
  for (const char* url : {"http://h:8084/api/flows", "http://10.0.0.1:8084/", "http://[::ffff:10.0.0.1]:8084/"}) {
    auto ticket = send(get(url));
    EXPECT_THAT(payload(told(), EventKind::response_sent),
                AllOf(HasSubstr("HTTP/1.1 403 "), HasSubstr("destination_ip_prohibited")))
        << url;
  }
  EXPECT_EQ(rig_.servers(), 0U);
}

TEST_F(ReplayerTest, MeetsLoopDetection) {
  auto request = get();
  request.fields = {{"Via", "1.1 porthole"}};
  auto ticket = send(request);
  EXPECT_THAT(payload(told(), EventKind::response_sent), HasSubstr("HTTP/1.1 508 "));
  EXPECT_EQ(rig_.servers(), 0U);
}

TEST_F(ReplayerTest, ARequestTakenBackBeforeItBeganIsNotSent) {
  auto ticket = place(get());
  ticket.reset();
  rig_.loop.settle();
  EXPECT_EQ(rig_.servers(), 0U);
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(replayer_.under_way(), 0U);
}

TEST_F(ReplayerTest, OneThatHasBegunGoesOnWithoutItsTicket) {
  auto ticket = send(get());
  ticket.reset();
  rig_.server().send(kOk);
  EXPECT_EQ(count(told(), EventKind::end), 1U);
}

TEST_F(ReplayerTest, RefusesMoreThanItMayHaveAtOnce) {
  std::vector<Ticket> tickets;
  for (std::size_t n = 0; n < Replayer::kAtOnce; ++n) tickets.push_back(send(get()));
  auto more = send(get());
  EXPECT_EQ(more->look()->error().status, 503);
  EXPECT_EQ(rig_.servers(), Replayer::kAtOnce);
  rig_.server().send(kOk);
  EXPECT_TRUE(send(get())->look()->has_value());
}

TEST_F(ReplayerTest, MakesNoConnectionWhereNoneWouldBeAccepted) {
  replayer_.set_connections_max(1);
  auto client = rig_.client();
  auto ticket = send(get());
  EXPECT_EQ(ticket->look()->error().status, 503);
  EXPECT_TRUE(told().empty());
}

TEST_F(ReplayerTest, MeetsTheLimitOfConnectionsOfOneClient) {
  auto few = std::make_shared<Snapshot>(*rig_.snapshot);
  few->options.per_client_max = 1;
  rig_.worker->set_snapshot(few);
  std::vector<Ticket> tickets;
  for (int n = 0; n < 2; ++n) tickets.push_back(send(get()));
  EXPECT_THAT(payload(told(), EventKind::response_sent), HasSubstr("HTTP/1.1 429 "));  // the second one
  for (const Ticket& ticket : tickets) EXPECT_TRUE(ticket->look()->has_value());
}

TEST_F(ReplayerTest, IsToldWhenTheProxyClosesWithoutAWord) {
  auto few = std::make_shared<Snapshot>(*rig_.snapshot);
  few->options.per_client_max = 1;
  rig_.worker->set_snapshot(few);
  std::vector<std::unique_ptr<test::Peer>> clients;  // so many that not even a 429 is given
  while (clients.empty() || !clients.back()->saw_end()) {
    clients.push_back(rig_.client());
    rig_.loop.settle();
    ASSERT_LT(clients.size(), 100U);
  }
  auto ticket = send(get());
  EXPECT_EQ(ticket->look()->error().status, 503);
  EXPECT_TRUE(told().empty());
  clients.clear();
  rig_.loop.settle();
  EXPECT_TRUE(send(get())->look()->has_value());
}

TEST_F(ReplayerTest, ADrainWaitsForWhatRunsAndBeginsNothing) {
  auto running = send(get());
  auto waiting = place(get());
  bool done = false;
  replayer_.drain();
  rig_.worker->drain([&] { done = true; });
  rig_.loop.settle();
  auto late = send(get());
  EXPECT_EQ(waiting->look()->error().status, 503);
  EXPECT_EQ(late->look()->error().status, 503);
  EXPECT_FALSE(done);
  EXPECT_EQ(rig_.servers(), 1U);
  rig_.server().send(kOk);
  rig_.loop.settle();
  EXPECT_TRUE(done);
  EXPECT_EQ(replayer_.under_way(), 0U);
}

TEST_F(ReplayerTest, ADrainThatTakesTooLongCutsIt) {
  auto ticket = send(get());
  replayer_.drain();
  rig_.worker->drain([] {});
  rig_.advance(Timeouts().drain + 1s);
  EXPECT_EQ(count(told(), EventKind::end), 1U);
  EXPECT_EQ(replayer_.under_way(), 0U);
}

TEST_F(ReplayerTest, AWorkerThatStopsEndsEachFlowOnce) {
  auto running = send(get());
  auto waiting = place(get());
  rig_.worker->stop();  // its loop turns no more
  rig_.worker.reset();
  auto all = told();
  EXPECT_EQ(count(all, EventKind::begin), 1U);
  EXPECT_EQ(count(all, EventKind::end), 1U);
}

TEST_F(ReplayerTest, AnAnswerWithoutEndIsCutInTime) {
  auto patient = std::make_shared<Snapshot>(*rig_.snapshot);
  patient->options.timeouts.response_body = std::chrono::hours(2);
  rig_.worker->set_snapshot(patient);
  auto ticket = send(get());
  rig_.server().send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  rig_.advance(Replayer::kLongest - 1s);
  EXPECT_EQ(replayer_.under_way(), 1U);
  rig_.advance(2s);
  EXPECT_EQ(replayer_.under_way(), 0U);
  EXPECT_EQ(connections(), 0);
  EXPECT_TRUE(rig_.server().saw_end());
  EXPECT_EQ(count(told(), EventKind::end), 1U);
}

TEST_F(ReplayerTest, AServerThatFailsEndsItAsForAnyClient) {
  auto ticket = send(get());
  rig_.server().reset();
  rig_.loop.settle();
  auto all = told();
  EXPECT_THAT(payload(all, EventKind::response_sent), HasSubstr("HTTP/1.1 502 "));
  EXPECT_EQ(count(all, EventKind::end), 1U);
  EXPECT_EQ(replayer_.under_way(), 0U);
}

TEST_F(ReplayerTest, AnswersFromTheProxyItselfNameWhereItIsReached) {
  replayer_.set_reached_at(*Endpoint::parse("127.0.0.1:8083"));
  auto ticket = send(get("http://porthole.internal/"));
  EXPECT_THAT(payload(told(), EventKind::response_sent), HasSubstr("HTTP/1.1 200 "));
  EXPECT_EQ(rig_.pages.told_address, "127.0.0.1:8083");
  EXPECT_EQ(replayer_.under_way(), 0U);
}

}  // namespace
}  // namespace porthole::proxy
