// Who gets which connection: reuse, limits, the queue, idle ends, and tasks that are destroyed while they wait.
#include "upstream/pool.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "support/far_end.h"
#include "support/loops.h"
#include "support/running.h"
#include "support/scripted_network.h"
#include "support/scripted_resolver.h"

namespace porthole::upstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Leasing = test::Running<Result<Lease>>;

constexpr Duration kSoon = milliseconds(20);
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

class PoolTest : public testing::Test {
 protected:
  PoolTest() { set({}); }
  void set(const PoolOptions& options) {
    if (!pool)
      pool.emplace(Pool::Parts{world.loop, dialer, heads}, options, DialOptions{}, ConnectionOptions{}, wire::Limits{});
    else pool->set_options(options, {}, {}, {});
  }
  static std::shared_ptr<const AddressPolicy> policy_with(const AddressOptions& options) {
    return std::make_shared<const AddressPolicy>(options, std::vector<Endpoint>{}, std::vector<IpAddress>{});
  }
  Route to(std::string_view host, bool guarded = false) const {
    return {http::HostKind::ipv4, host, 80, guarded, policy};
  }
  Route one() const { return to("192.0.2.1"); }
  std::unique_ptr<Leasing> ask(bool fresh = false, Duration patience = seconds(60)) {
    return std::make_unique<Leasing>(pool->lease(one(), fresh, world.loop.now() + patience));
  }
  // A lease that is known to come at once.
  Lease get(const Route& route) {
    if (Lease idle = pool->take_idle(route)) return idle;
    Leasing leasing(pool->lease(route, false, kNever));
    world.loop.advance(kSoon);
    EXPECT_TRUE(leasing.done() && *leasing);
    return leasing.done() && *leasing ? std::move(**leasing) : Lease();
  }
  Lease get() { return get(one()); }
  test::FarEnd& server(std::size_t i) {
    while (servers.size() < network.servers.size()) servers.emplace_back();
    if (!servers[i]) servers[i] = std::make_unique<test::FarEnd>(std::move(network.servers[i]));
    return *servers[i];
  }
  // A whole request and its response, as an exchange does it.
  void use(Lease& lease, std::size_t server_index, std::string_view response = kOk) {
    begin(lease);
    server(server_index).heard();
    server(server_index).say(response);
    world.loop.settle();
    EXPECT_TRUE(lease->inbox().ended);
  }
  void begin(Lease& lease) {
    ASSERT_TRUE(lease && lease->available());
    lease->open(waker);
    http::RequestHead head;
    head.method_text = "GET";
    head.method = http::Method::get;
    head.target_text = "/";
    head.fields.add(http::FieldName::host, "a.test");
    lease->send_head(head, {});
    lease->send_end(nullptr);
    world.loop.settle();
  }
  std::int64_t idle() const { return pool->counters().idle.value(); }
  std::int64_t lent() const { return pool->counters().lent.value(); }

  test::ManualWorld world;
  test::ScriptedNetwork network{world.loop};
  test::ScriptedResolver resolver{world.loop};
  Dialer dialer{world.loop, network, resolver};
  wire::HeadPools heads;
  io::Signal waker{world.loop};
  std::shared_ptr<const AddressPolicy> policy = policy_with({});
  std::vector<std::unique_ptr<test::FarEnd>> servers;
  std::optional<Pool> pool;
};

TEST_F(PoolTest, DialsThenReuses) {
  EXPECT_FALSE(pool->take_idle(one()));
  {
    Lease lease = get();
    EXPECT_EQ(lent(), 1);
    EXPECT_EQ(lease->served(), 0u);
    use(lease, 0);
  }
  EXPECT_EQ(lent(), 0);
  EXPECT_EQ(idle(), 1);
  Lease again = pool->take_idle(one());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->served(), 1u);
  EXPECT_EQ(again.connecting, Duration{});
  EXPECT_EQ(network.attempts.size(), 1u);
  EXPECT_EQ(pool->counters().reuses.value(), 1u);
  EXPECT_EQ(pool->counters().dials.value(), 1u);
}

TEST_F(PoolTest, TakesTheWarmestFirst) {
  Lease first = get(), second = get();
  use(first, 0);
  use(second, 1);
  Connection* warm = second.operator->();
  first = {};
  second = {};
  EXPECT_EQ(pool->take_idle(one()).operator->(), warm);
}

TEST_F(PoolTest, TellsOriginsApartByHostPortAndGuard) {
  {
    Lease lease = get();
    use(lease, 0);
  }
  Route other = one();
  other.port = 81;
  EXPECT_FALSE(pool->take_idle(other));
  EXPECT_FALSE(pool->take_idle(to("192.0.2.2")));
  EXPECT_FALSE(pool->take_idle(to("192.0.2.1", true)));
  EXPECT_TRUE(pool->take_idle(one()));
}

TEST_F(PoolTest, ComparesNamesWithoutCaseAndFinalDot) {
  resolver.know("a.test", {"192.0.2.1"});
  auto name = [&](std::string_view host) { return Route{http::HostKind::name, host, 80, false, policy}; };
  {
    Lease lease = get(name("a.test"));
    use(lease, 0);
  }
  EXPECT_TRUE(pool->take_idle(name("A.TEST")));
  EXPECT_TRUE(pool->take_idle(name("a.test.")));
  EXPECT_FALSE(pool->take_idle(name("b.test")));
}

TEST_F(PoolTest, RefusesNamesThatAreNone) {
  std::string long_name(300, 'a');
  Route route{http::HostKind::name, long_name, 80, false, policy};
  EXPECT_FALSE(pool->take_idle(route));
  Leasing leasing(pool->lease(route, false, kNever));
  ASSERT_TRUE(leasing.done() && !*leasing);
  EXPECT_EQ(leasing->error().status, 502);
}

TEST_F(PoolTest, FreshNeverTakesAnIdleOne) {
  {
    Lease lease = get();
    use(lease, 0);
  }
  auto leasing = ask(true);
  world.loop.advance(kSoon);
  ASSERT_TRUE(leasing->done() && **leasing);
  EXPECT_EQ((**leasing)->operator->()->served(), 0u);
  EXPECT_EQ(idle(), 1);
}

TEST_F(PoolTest, FreshMakesRoomAtTheLimit) {
  set({.per_origin = 1});
  {
    Lease lease = get();
    use(lease, 0);
  }
  auto leasing = ask(true);
  world.loop.advance(kSoon);
  ASSERT_TRUE(leasing->done() && **leasing);
  EXPECT_EQ(network.attempts.size(), 2u);
  EXPECT_EQ(idle(), 0);
}

TEST_F(PoolTest, ClosesWhatCannotBeReused) {
  {
    Lease lease = get();
    begin(lease);  // no response
  }
  world.loop.settle();
  EXPECT_EQ(idle(), 0);
  EXPECT_EQ(network.open, 0);
}

TEST_F(PoolTest, ALeaseThatWasNeverOpenedGoesBack) {
  { Lease lease = get(); }
  EXPECT_EQ(idle(), 1);
}

TEST_F(PoolTest, QueuesAtTheLimitInOrder) {
  set({.per_origin = 1});
  Lease lease = get();
  auto first = ask(), second = ask();
  world.loop.advance(milliseconds(100));
  EXPECT_FALSE(first->done());
  EXPECT_EQ(pool->counters().queued.value(), 2u);
  use(lease, 0);
  Connection* connection = lease.operator->();
  lease = {};
  world.loop.settle();
  ASSERT_TRUE(first->done() && **first);
  EXPECT_FALSE(second->done());
  EXPECT_EQ((**first)->operator->(), connection);  // handed over, not dialled
  EXPECT_GE((**first)->queued, milliseconds(100));
  EXPECT_EQ(idle(), 0);
  use(***first, 0);
  first.reset();
  world.loop.settle();
  ASSERT_TRUE(second->done() && **second);
  EXPECT_EQ(network.attempts.size(), 1u);
}

TEST_F(PoolTest, AClosedConnectionMakesRoomForTheNext) {
  set({.per_origin = 1});
  Lease lease = get();
  begin(lease);
  auto next = ask();
  lease = {};  // unfinished: closed
  world.loop.advance(kSoon);
  ASSERT_TRUE(next->done() && **next);
  EXPECT_EQ(network.attempts.size(), 2u);
}

TEST_F(PoolTest, AFailedDialMakesRoomForTheNext) {
  set({.per_origin = 1});
  network.plans[*IpAddress::parse("192.0.2.1")] = {.after = milliseconds(50), .os_errno = ECONNREFUSED};
  auto first = ask(), second = ask();
  world.loop.advance(milliseconds(70));
  ASSERT_TRUE(first->done() && !**first);
  EXPECT_EQ((*first)->error().token, Token::connection_refused);
  EXPECT_EQ(network.attempts.size(), 2u);
  network.plans.clear();
  world.loop.advance(milliseconds(70));
  EXPECT_TRUE(second->done());
  EXPECT_EQ(pool->counters().dial_failures.value(), 2u);
}

TEST_F(PoolTest, RefusesBeyondTheQueue) {
  set({.per_origin = 1, .queue = 1});
  Lease lease = get();
  auto waits = ask(), refused = ask();
  ASSERT_TRUE(refused->done() && !**refused);
  EXPECT_EQ((*refused)->error().token, Token::connection_limit_reached);
  EXPECT_EQ((*refused)->error().status, 503);
  EXPECT_EQ(pool->counters().queue_full.value(), 1u);
  EXPECT_FALSE(waits->done());
}

TEST_F(PoolTest, WaitsNoLongerThanTheDeadline) {
  set({.per_origin = 1});
  Lease lease = get();
  auto waits = ask(false, seconds(2));
  world.loop.advance(milliseconds(1900));
  EXPECT_FALSE(waits->done());
  world.loop.advance(milliseconds(200));
  ASSERT_TRUE(waits->done() && !**waits);
  EXPECT_EQ((*waits)->error().status, 503);
  use(lease, 0);
  lease = {};
  EXPECT_EQ(idle(), 1);  // nobody waits any more
}

TEST_F(PoolTest, ARaisedLimitServesTheQueue) {
  set({.per_origin = 1});
  Lease lease = get();
  auto waits = ask();
  set({.per_origin = 2});
  world.loop.advance(kSoon);
  EXPECT_TRUE(waits->done() && **waits);
}

TEST_F(PoolTest, ClosesIdleConnectionsAfterTheirTime) {
  set({.idle_timeout = seconds(10)});
  Lease first = get(), second = get();
  use(first, 0);
  first = {};
  world.loop.advance(seconds(6));
  use(second, 1);
  second = {};
  EXPECT_EQ(idle(), 2);
  world.loop.advance(seconds(5));
  EXPECT_EQ(idle(), 1);
  EXPECT_TRUE(server(0).ended());
  EXPECT_FALSE(server(1).ended());
  world.loop.advance(seconds(6));
  EXPECT_EQ(idle(), 0);
  EXPECT_EQ(network.open, 0);
  EXPECT_EQ(pool->counters().idle_closed.value(), 2u);
}

TEST_F(PoolTest, UseStartsTheIdleTimeAnew) {
  set({.idle_timeout = seconds(10)});
  for (int i = 0; i < 5; ++i) {
    Lease lease = get();
    use(lease, 0);
    lease = {};
    world.loop.advance(seconds(8));
  }
  EXPECT_EQ(network.attempts.size(), 1u);
}

TEST_F(PoolTest, KeepsAtMostSoManyIdle) {
  set({.idle_max = 2});
  Lease a = get(), b = get(), c = get();
  use(a, 0);
  use(b, 1);
  use(c, 2);
  a = {};
  b = {};
  c = {};
  world.loop.settle();
  EXPECT_EQ(idle(), 2);
  EXPECT_TRUE(server(0).ended());  // idle longest
  set({.idle_max = 0});
  world.loop.settle();
  EXPECT_EQ(idle(), 0);
  EXPECT_EQ(network.open, 0);
}

TEST_F(PoolTest, ForgetsAConnectionThatDiesWhileIdle) {
  {
    Lease lease = get();
    use(lease, 0);
  }
  server(0).finish();
  world.loop.settle();
  EXPECT_EQ(idle(), 0);
  EXPECT_FALSE(pool->take_idle(one()));
  EXPECT_EQ(network.open, 0);
}

TEST_F(PoolTest, ForgetsAConnectionThatSpeaksWhileIdle) {  // bad-inputs 40
  {
    Lease lease = get();
    use(lease, 0);
  }
  server(0).say(kOk);
  world.loop.settle();
  EXPECT_EQ(idle(), 0);
  EXPECT_EQ(network.open, 0);
}

TEST_F(PoolTest, AWaiterWhoseConnectionDiedOnTheWayDials) {
  set({.per_origin = 1});
  Lease lease = get();
  use(lease, 0);
  auto waits = ask();
  server(0).finish();  // noticed after the connection is handed over
  lease = {};
  world.loop.advance(kSoon);
  ASSERT_TRUE(waits->done());
  ASSERT_TRUE(**waits);
}

TEST_F(PoolTest, ClosesIdleConnectionsWhenDraining) {
  Lease lent_one = get();
  {
    Lease lease = get(to("192.0.2.2"));
    use(lease, 1);
  }
  pool->close_idle();
  world.loop.settle();
  EXPECT_EQ(idle(), 0);
  EXPECT_EQ(network.open, 1);
}

TEST_F(PoolTest, ANewPolicyVetsOldConnections) {
  {
    Lease lease = get();
    use(lease, 0);
  }
  policy = policy_with({.allow = {*IpNetwork::parse("192.0.2.0/24")}});
  EXPECT_TRUE(pool->take_idle(one()));
  policy = policy_with({.deny = {*IpNetwork::parse("192.0.2.0/24")}});
  EXPECT_FALSE(pool->take_idle(one()));
  world.loop.settle();
  EXPECT_EQ(network.open, 0);
}

TEST_F(PoolTest, ANewPolicyVetsConnectionsThatAreHandedOver) {
  set({.per_origin = 1});
  Lease lease = get();
  use(lease, 0);
  policy = policy_with({.deny = {*IpNetwork::parse("192.0.2.0/24")}});
  auto waits = ask();
  lease = {};
  world.loop.advance(kSoon);
  ASSERT_TRUE(waits->done() && !**waits);
  EXPECT_EQ((*waits)->error().token, Token::destination_ip_prohibited);
  EXPECT_EQ(lent(), 0);
}

TEST_F(PoolTest, WaitersMayGoAtAnyTime) {
  set({.per_origin = 1});
  Lease lease = get();
  auto a = ask(), b = ask(), c = ask();
  b.reset();  // in the queue
  use(lease, 0);
  lease = {};  // given to a, which has not run yet
  a.reset();
  world.loop.settle();
  ASSERT_TRUE(c->done() && **c);  // passed on
  EXPECT_EQ(network.attempts.size(), 1u);
  c.reset();
  EXPECT_EQ(idle(), 1);
  EXPECT_EQ(lent(), 0);
}

TEST_F(PoolTest, AGrantedSlotIsPassedOnToo) {
  set({.per_origin = 1});
  Lease lease = get();
  begin(lease);
  auto a = ask(), b = ask();
  lease = {};  // closed: a has the slot and has not run yet
  a.reset();
  world.loop.advance(kSoon);
  ASSERT_TRUE(b->done() && **b);
}

TEST_F(PoolTest, DialsMayBeCancelled) {
  set({.per_origin = 1});
  network.plans[*IpAddress::parse("192.0.2.1")] = {.silent = true};
  auto a = ask(), b = ask();
  world.loop.settle();
  EXPECT_EQ(network.open, 1);
  network.plans.clear();
  a.reset();
  world.loop.advance(kSoon);
  ASSERT_TRUE(b->done() && **b);
}

TEST_F(PoolTest, DialForTunnelsCountsTowardNoLimit) {
  set({.per_origin = 1});
  Lease lease = get();
  test::Running<Result<Dialed>> dialing(pool->dial(one()));
  world.loop.advance(kSoon);
  ASSERT_TRUE(dialing.done() && *dialing);
  EXPECT_TRUE((*dialing)->stream);
  EXPECT_EQ(lent(), 1);
}

TEST_F(PoolTest, ForgetsOriginsItNoLongerNeeds) {
  std::vector<std::string> hosts;
  for (int i = 0; i < 1000; ++i) hosts.push_back("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  for (const std::string& host : hosts) {
    network.plans[*IpAddress::parse(host)] = {.at_once = ECONNREFUSED};
    Leasing leasing(pool->lease(to(host), false, kNever));
    ASSERT_TRUE(leasing.done() && !*leasing);
  }
  Lease lease = get();  // whatever was forgotten, it still works
  use(lease, 0);
  Leasing again(pool->lease(to(hosts.front()), false, kNever));
  EXPECT_TRUE(again.done() && !*again);
}

TEST_F(PoolTest, ALeaseMovesLikeAPointer) {
  Lease a = get();
  Lease b = std::move(a);
  EXPECT_TRUE(b);
  a = std::move(b);
  EXPECT_TRUE(a);
  EXPECT_EQ(lent(), 1);
  a = get();  // the old one goes back
  EXPECT_EQ(lent(), 1);
  a = {};
  EXPECT_EQ(lent(), 0);
}

}  // namespace
}  // namespace porthole::upstream
