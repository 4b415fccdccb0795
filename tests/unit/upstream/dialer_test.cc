// From a host to a standing connection: literals, names, the policy, errors, cancellation at every point.
#include "upstream/dialer.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "support/loops.h"
#include "support/running.h"
#include "support/scripted_network.h"
#include "support/scripted_resolver.h"

namespace porthole::upstream {
namespace {

using std::chrono::milliseconds;
using test::Running;

constexpr Duration kSoon = milliseconds(20);  // a tick of the timers that the network uses

class DialerTest : public testing::Test {
 protected:
  DialRequest to(http::HostKind kind, const char* host, bool guarded = false) const {
    return {kind, host, 80, guarded, policy, {}};
  }
  DialRequest name(const char* host, bool guarded = false) const { return to(http::HostKind::name, host, guarded); }

  test::ManualWorld world;
  test::ScriptedNetwork network{world.loop};
  test::ScriptedResolver resolver{world.loop};
  Dialer dialer{world.loop, network, resolver};
  std::shared_ptr<const AddressPolicy> policy = std::make_shared<const AddressPolicy>(
      AddressOptions{}, std::vector<Endpoint>{*Endpoint::parse("127.0.0.1:80")}, std::vector<IpAddress>{});
};

TEST_F(DialerTest, DialsLiteralsWithoutAResolver) {
  Running four(dialer.dial(to(http::HostKind::ipv4, "192.0.2.1")));
  Running six(dialer.dial(to(http::HostKind::ipv6, "2001:db8::1")));
  world.loop.advance(kSoon);
  ASSERT_TRUE(four.done() && *four);
  EXPECT_EQ((*four)->address.text(), "192.0.2.1:80");
  EXPECT_EQ((*four)->attempts, 1u);
  EXPECT_FALSE((*four)->dns_from_cache);
  ASSERT_TRUE(six.done() && *six);
  EXPECT_EQ((*six)->address.text(), "[2001:db8::1]:80");
}

TEST_F(DialerTest, RefusesAnAddressThatDoesNotParse) {
  Running dial(dialer.dial(to(http::HostKind::ipv4, "127.1")));
  ASSERT_TRUE(dial.done() && !*dial);
  EXPECT_EQ(dial->error().status, 400);
}

struct Told final : DialWatch {
  void looked_up(const Lookup& lookup) override {
    told.push_back((lookup.error    ? "failed "
                    : lookup.cached ? "cached "
                                    : "asked ") +
                   std::to_string(lookup.addresses.size()));
    took = lookup.took;
    age = lookup.age;
  }
  void attempted(const Endpoint& to, Attempt, Duration) override { told.push_back(to.text()); }
  void dialled(bool stands, Duration) override { told.emplace_back(stands ? "stands" : "fails"); }
  void queued(Duration) override {}
  std::vector<std::string> told;
  Duration took{}, age{};
};

TEST_F(DialerTest, TellsEachStep) {
  using Steps = std::vector<std::string>;
  resolver.know("a.test", {"192.0.2.1"});
  auto dial = [&](DialRequest request, auto&& meanwhile) {
    Told watch;
    request.watch = &watch;
    Running dial(dialer.dial(std::move(request)));
    meanwhile();
    world.loop.advance(kSoon);
    EXPECT_TRUE(dial.done());
    return watch;
  };
  auto nothing = [] {};
  EXPECT_EQ(dial(to(http::HostKind::ipv4, "192.0.2.1"), nothing).told, (Steps{"192.0.2.1:80", "stands"}));
  EXPECT_EQ(dial(name("a.test"), nothing).told, (Steps{"cached 1", "192.0.2.1:80", "stands"}));
  Told asked = dial(name("b.test"), [&] {
    world.loop.advance(milliseconds(100));
    resolver.answer("b.test", {"192.0.2.1"});
  });
  EXPECT_EQ(asked.told, (Steps{"asked 1", "192.0.2.1:80", "stands"}));
  EXPECT_EQ(asked.took, milliseconds(100));
  EXPECT_EQ(dial(name("c.test"), [&] { resolver.answer("c.test", client_error(502, "none")); }).told,
            Steps{"failed 0"});
  network.plans[*IpAddress::parse("192.0.2.1")] = {.at_once = ECONNREFUSED};
  EXPECT_EQ(dial(name("a.test"), nothing).told, (Steps{"cached 1", "192.0.2.1:80", "fails"}));
}

TEST_F(DialerTest, UsesTheCachedAnswer) {
  resolver.know("a.test", {"192.0.2.1"});
  Running dial(dialer.dial(name("a.test")));
  world.loop.advance(kSoon);
  ASSERT_TRUE(dial.done() && *dial);
  EXPECT_TRUE((*dial)->dns_from_cache);
}

TEST_F(DialerTest, ResolvesAndMeasures) {
  network.plans[*IpAddress::parse("192.0.2.1")] = {.after = milliseconds(30)};
  Running dial(dialer.dial(name("a.test")));
  world.loop.advance(milliseconds(100));
  resolver.answer("a.test", {"192.0.2.1"});
  world.loop.advance(milliseconds(100));
  ASSERT_TRUE(dial.done() && *dial);
  EXPECT_EQ((*dial)->resolving, milliseconds(100));
  EXPECT_GE((*dial)->connecting, milliseconds(30));
  EXPECT_LT((*dial)->connecting, milliseconds(50));
  EXPECT_FALSE((*dial)->dns_from_cache);
}

TEST_F(DialerTest, PassesOnWhatTheResolverSays) {
  Running dial(dialer.dial(name("a.test")));
  resolver.answer("a.test", Error{.token = Token::dns_error, .status = 502});
  world.loop.settle();
  ASSERT_TRUE(dial.done() && !*dial);
  EXPECT_EQ(dial->error().token, Token::dns_error);
}

TEST_F(DialerTest, FallsBackToTheOtherFamilyAfterTheAttemptDelay) {
  resolver.know("a.test", {"2001:db8::1", "192.0.2.1"});
  network.plans[*IpAddress::parse("2001:db8::1")] = {.silent = true};
  Running dial(dialer.dial(name("a.test")));
  world.loop.advance(milliseconds(240));
  EXPECT_FALSE(dial.done());
  world.loop.advance(milliseconds(30));
  ASSERT_TRUE(dial.done() && *dial);
  EXPECT_EQ((*dial)->address.text(), "192.0.2.1:80");
  EXPECT_EQ((*dial)->attempts, 2u);
  EXPECT_EQ(network.open, 1);
}

TEST_F(DialerTest, VetsTheVeryAddressThatItDials) {
  resolver.know("self.test", {"127.0.0.1"});
  resolver.know("near.test", {"10.0.0.1"});
  Running self(dialer.dial(name("self.test")));
  Running near(dialer.dial(name("near.test", true)));
  Running literal(dialer.dial(to(http::HostKind::ipv6, "::ffff:127.0.0.1")));
  world.loop.settle();
  for (auto* dial : {&self, &near, &literal}) {
    ASSERT_TRUE(dial->done() && !**dial);
    EXPECT_EQ((*dial)->error().token, Token::destination_ip_prohibited);
  }
  EXPECT_TRUE(network.attempts.empty());
}

TEST_F(DialerTest, UsesTheAddressesThatArePermitted) {
  resolver.know("mixed.test", {"10.0.0.1", "192.0.2.1"});
  Running dial(dialer.dial(name("mixed.test", true)));
  world.loop.advance(kSoon);
  ASSERT_TRUE(dial.done() && *dial);
  EXPECT_EQ((*dial)->address.text(), "192.0.2.1:80");
}

TEST_F(DialerTest, BeginsWithOneFamilyAndAddsTheOther) {
  network.plans[*IpAddress::parse("2001:db8::1")] = {.at_once = ECONNREFUSED};
  Running dial(dialer.dial(name("a.test")));
  resolver.answer("a.test", {"2001:db8::1"}, false);
  world.loop.advance(kSoon);
  EXPECT_EQ(network.attempts.size(), 1u);
  EXPECT_FALSE(dial.done());
  resolver.answer("a.test", {"2001:db8::1", "192.0.2.1"});
  world.loop.advance(kSoon);
  ASSERT_TRUE(dial.done() && *dial);
  EXPECT_EQ((*dial)->address.text(), "192.0.2.1:80");
  EXPECT_EQ(network.attempts.size(), 2u);  // an address that failed is not tried again because it came twice
}

TEST_F(DialerTest, FailsWhenTheOtherFamilyHasNothing) {
  network.plans[*IpAddress::parse("192.0.2.1")] = {.at_once = ECONNREFUSED};
  Running dial(dialer.dial(name("a.test")));
  resolver.answer("a.test", {"192.0.2.1"}, false);
  world.loop.settle();
  resolver.answer("a.test", Error{.token = Token::dns_error});
  world.loop.settle();
  ASSERT_TRUE(dial.done() && !*dial);
  EXPECT_EQ(dial->error().token, Token::connection_refused);
}

TEST_F(DialerTest, MayBeCancelledWhileItResolves) {
  Running dial(dialer.dial(name("a.test")));
  dial.cancel();
  resolver.answer("a.test", {"192.0.2.1"});
  world.loop.settle();
  EXPECT_TRUE(network.attempts.empty());
}

TEST_F(DialerTest, MayBeCancelledWhileItConnects) {
  for (const char* ip : {"2001:db8::1", "192.0.2.1"}) network.plans[*IpAddress::parse(ip)] = {.silent = true};
  Running dial(dialer.dial(name("a.test")));
  resolver.answer("a.test", {"2001:db8::1", "192.0.2.1"}, false);  // the rest never comes
  world.loop.advance(milliseconds(300));
  EXPECT_EQ(network.open, 2);
  dial.cancel();
  EXPECT_EQ(network.open, 0);
  world.loop.advance(std::chrono::seconds(10));
}

TEST_F(DialerTest, MayBeCancelledInTheTurnInWhichItStands) {
  resolver.know("a.test", {"192.0.2.1"});
  network.plans[*IpAddress::parse("192.0.2.1")] = {.after = milliseconds(5)};
  Running dial(dialer.dial(name("a.test")));
  struct Canceller {
    Running<Result<Dialed>>& dial;
    void cancel() { dial.cancel(); }
  } canceller{dial};
  auto timer = io::Timer::calling<&Canceller::cancel>(world.loop.timers(), canceller);
  timer.arm(world.loop.now() + milliseconds(5));  // after the network's timer, before what that made runnable
  world.loop.advance(milliseconds(50));
  EXPECT_FALSE(dial.done());
  EXPECT_EQ(network.open, 0);
}

TEST_F(DialerTest, LeavesTheWinnerWithoutAListener) {
  Running dial(dialer.dial(to(http::HostKind::ipv4, "192.0.2.1")));
  world.loop.advance(kSoon);
  ASSERT_TRUE(dial.done() && *dial);
  std::string_view text = "hello";
  iovec piece{const_cast<char*>(text.data()), text.size()};
  network.servers.front()->try_write({&piece, 1});
  world.loop.advance(kSoon);  // a stale listener would be called here
  char room[16];
  EXPECT_EQ((*dial)->stream->try_read(room).bytes, 5u);
}

}  // namespace
}  // namespace porthole::upstream
