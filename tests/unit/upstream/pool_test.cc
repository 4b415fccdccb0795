// Which idle connection a request gets, and when idle connections end.
#include "upstream/pool.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "support/pool_rig.h"

namespace porthole::upstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::kEmptyOk;
using test::kSoon;
using test::Leasing;

class PoolTest : public test::PoolRig {};

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
  server(0).say(kEmptyOk);
  world.loop.settle();
  EXPECT_EQ(idle(), 0);
  EXPECT_EQ(network.open, 0);
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

TEST_F(PoolTest, DialForTunnelsCountsTowardNoLimit) {
  set({.per_origin = 1});
  Lease lease = get();
  test::Running<Result<Dialed>> dialing(pool->dial(one()));
  world.loop.advance(kSoon);
  ASSERT_TRUE(dialing.done() && *dialing);
  EXPECT_TRUE((*dialing)->stream);
  EXPECT_EQ(lent(), 1);
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
