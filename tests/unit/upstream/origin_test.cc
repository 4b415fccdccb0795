// Limits, the queue, and tasks that are destroyed while they wait: driven through Pool, whose inside Origin is.
#include "upstream/origin.h"

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

class OriginTest : public test::PoolRig {};

TEST_F(OriginTest, FreshMakesRoomAtTheLimit) {
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

// How long somebody waited in the queue.
struct Waited final : DialWatch {
  void looked_up(const Lookup&) override {}
  void attempted(const Endpoint&, Attempt, Duration) override {}
  void dialled(bool, Duration) override {}
  void queued(Duration waited) override { waits.push_back(waited); }
  std::vector<Duration> waits;
};

TEST_F(OriginTest, QueuesAtTheLimitInOrder) {
  set({.per_origin = 1});
  Lease lease = get();
  Waited watch;
  Route watched = one();
  watched.watch = &watch;
  auto first = std::make_unique<test::Leasing>(pool->lease(watched, false, kNever));
  auto second = ask();
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
  ASSERT_EQ(watch.waits.size(), 1U);
  EXPECT_GE(watch.waits[0], milliseconds(100));
  EXPECT_EQ(idle(), 0);
  use(***first, 0);
  first.reset();
  world.loop.settle();
  ASSERT_TRUE(second->done() && **second);
  EXPECT_EQ(network.attempts.size(), 1u);
}

TEST_F(OriginTest, AClosedConnectionMakesRoomForTheNext) {
  set({.per_origin = 1});
  Lease lease = get();
  begin(lease);
  auto next = ask();
  lease = {};  // unfinished: closed
  world.loop.advance(kSoon);
  ASSERT_TRUE(next->done() && **next);
  EXPECT_EQ(network.attempts.size(), 2u);
}

TEST_F(OriginTest, AFailedDialMakesRoomForTheNext) {
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

TEST_F(OriginTest, RefusesBeyondTheQueue) {
  set({.per_origin = 1, .queue = 1});
  Lease lease = get();
  auto waits = ask(), refused = ask();
  ASSERT_TRUE(refused->done() && !**refused);
  EXPECT_EQ((*refused)->error().token, Token::connection_limit_reached);
  EXPECT_EQ((*refused)->error().status, 503);
  EXPECT_EQ(pool->counters().queue_full.value(), 1u);
  EXPECT_FALSE(waits->done());
}

TEST_F(OriginTest, WaitsNoLongerThanTheDeadline) {
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

TEST_F(OriginTest, ARaisedLimitServesTheQueue) {
  set({.per_origin = 1});
  Lease lease = get();
  auto waits = ask();
  set({.per_origin = 2});
  world.loop.advance(kSoon);
  EXPECT_TRUE(waits->done() && **waits);
}

TEST_F(OriginTest, AWaiterWhoseConnectionDiedOnTheWayDials) {
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

TEST_F(OriginTest, ANewPolicyVetsConnectionsThatAreHandedOver) {
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

TEST_F(OriginTest, WaitersMayGoAtAnyTime) {
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

TEST_F(OriginTest, AGrantedSlotIsPassedOnToo) {
  set({.per_origin = 1});
  Lease lease = get();
  begin(lease);
  auto a = ask(), b = ask();
  lease = {};  // closed: a has the slot and has not run yet
  a.reset();
  world.loop.advance(kSoon);
  ASSERT_TRUE(b->done() && **b);
}

TEST_F(OriginTest, DialsMayBeCancelled) {
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

TEST_F(OriginTest, ForgetsOriginsItNoLongerNeeds) {
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

}  // namespace
}  // namespace porthole::upstream
