// Names to addresses through a real name server on loopback: both families, TTLs, failures, sharing, cancelling. The
// resolver's clock is moved by hand where time matters; c-ares has its own.
#include "upstream/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/dns_server.h"
#include "support/loops.h"
#include "support/running.h"

namespace porthole::upstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Running;
using Answering = Running<Resolver::Answer>;

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() {
    options.nameservers = {server.address()};
    options.hosts_file = "";
    options.timeout = seconds(20);
    begin();
  }
  void begin() { resolver = make_cares_resolver(loop(), options); }
  io::EpollLoop& loop() { return world.loop; }
  Answering ask(const char* name) { return Answering(resolver->resolve(name, kNever)); }
  // Addresses, or the error's token.
  static std::string text(const Resolver::Answer& answer) {
    if (!answer) return std::string(token_text(answer.error().token)) + " " + std::to_string(answer.error().status);
    std::string all;
    for (const IpAddress& ip : (*answer)->list) all += (all.empty() ? "" : " ") + ip.text();
    return all;
  }
  std::string resolved(const char* name) {
    Answering answering = ask(name);
    EXPECT_TRUE(world.until([&] { return answering.done(); }));
    return answering.done() ? text(*answering) : "never";
  }
  bool is_cached(const char* name) { return resolver->cached(name) != nullptr; }
  int asked(const char* name) const { return server.asked(name, true); }

  test::RealWorld world;
  test::DnsServer server{world.loop};
  ResolverOptions options;
  std::unique_ptr<Resolver> resolver;
};

TEST_F(ResolverTest, FindsBothFamiliesIpv6First) {
  server.names["a.test"] = {.a = {{"192.0.2.1", "192.0.2.2"}}, .aaaa = {{"::1"}}};
  Answering all(resolver->rest("a.test", kNever));
  ASSERT_TRUE(world.until([&] { return all.done(); }));
  ASSERT_TRUE(*all);
  EXPECT_EQ((**all)->list.front().text(), "::1");
  EXPECT_THAT((**all)->list, testing::UnorderedElementsAre(IpAddress::of4(192, 0, 2, 1), IpAddress::of4(192, 0, 2, 2),
                                                           *IpAddress::parse("::1")));
}

TEST_F(ResolverTest, FindsOneFamilyAlone) {
  server.names["four.test"] = {.a = {{"192.0.2.1"}}};
  server.names["six.test"] = {.aaaa = {{"2001:db8::1"}}};
  EXPECT_EQ(resolved("four.test"), "192.0.2.1");
  EXPECT_EQ(resolved("six.test"), "2001:db8::1");
}

TEST_F(ResolverTest, ComparesWithoutCaseAndFinalDot) {
  server.names["a.test"] = {.a = {{"192.0.2.1"}}};
  EXPECT_EQ(resolved("A.Test."), "192.0.2.1");
  EXPECT_TRUE(is_cached("a.test"));
  EXPECT_TRUE(is_cached("a.TEST."));
  EXPECT_EQ(resolved("a.tesT"), "192.0.2.1");
  EXPECT_EQ(asked("a.test"), 1);
}

TEST_F(ResolverTest, FollowsAliases) {
  server.names["www.test"] = {.a = {.addresses = {"192.0.2.1"}, .alias = "real.test"}};
  EXPECT_EQ(resolved("www.test"), "192.0.2.1");
}

TEST_F(ResolverTest, SaysWhatFailed) {
  server.names["empty.test"] = {};
  server.names["broken.test"] = {.a = {.rcode = 2}, .aaaa = {.rcode = 2}};
  server.names["refused.test"] = {.a = {.rcode = 5}, .aaaa = {.rcode = 5}};
  EXPECT_EQ(resolved("missing.test"), "dns_error 502");
  EXPECT_EQ(resolved("empty.test"), "dns_error 502");
  EXPECT_EQ(resolved("broken.test"), "dns_error 502");
  EXPECT_EQ(resolved("refused.test"), "dns_error 502");
}

TEST_F(ResolverTest, SurvivesNamesThatAreNone) {
  for (const std::string& name : {std::string(), std::string("."), std::string(64, 'a') + ".test",
                                  std::string(254, 'a'), std::string("a..test"), std::string("x.onion")}) {
    EXPECT_EQ(resolved(name.c_str()), "dns_error 502") << name;
  }
}

TEST_F(ResolverTest, UsesTheFamilyThatAnswered) {
  server.names["a.test"] = {.a = {{"192.0.2.1"}}, .aaaa = {.rcode = 2}};
  EXPECT_EQ(resolved("a.test"), "192.0.2.1");
}

TEST_F(ResolverTest, SharesALookup) {
  server.names["a.test"] = {.a = {.addresses = {"192.0.2.1"}, .held = true}};
  Answering first = ask("a.test"), second = ask("A.TEST"), third = ask("a.test.");
  ASSERT_TRUE(world.until([&] { return asked("a.test") > 0; }));
  server.release();
  ASSERT_TRUE(world.until([&] { return first.done() && second.done() && third.done(); }));
  EXPECT_EQ(text(*first), "192.0.2.1");
  EXPECT_EQ(text(*third), "192.0.2.1");
  EXPECT_EQ(asked("a.test"), 1);
}

TEST_F(ResolverTest, GivesIpv4OutWhenIpv6IsSlow) {  // RFC 8305 §3
  server.names["a.test"] = {.a = {{"192.0.2.1"}}, .aaaa = {.addresses = {"2001:db8::1"}, .held = true}};
  Answering first = ask("a.test");
  ASSERT_TRUE(world.until([&] { return first.done(); }));
  EXPECT_EQ(text(*first), "192.0.2.1");
  EXPECT_FALSE((**first)->complete);
  EXPECT_FALSE(is_cached("a.test"));
  // Who comes now does not wait again, who wants all does.
  Answering second = ask("a.test");
  Answering rest(resolver->rest("a.test", kNever));
  ASSERT_TRUE(world.until([&] { return second.done(); }));
  EXPECT_FALSE(rest.done());
  server.release();
  ASSERT_TRUE(world.until([&] { return rest.done(); }));
  EXPECT_EQ(text(*rest), "2001:db8::1 192.0.2.1");
  EXPECT_TRUE((**rest)->complete);
  EXPECT_TRUE(is_cached("a.test"));
}

TEST_F(ResolverTest, GivesIpv6OutAtOnce) {
  server.names["a.test"] = {.a = {.addresses = {"192.0.2.1"}, .held = true}, .aaaa = {{"2001:db8::1"}}};
  Answering first = ask("a.test");
  ASSERT_TRUE(world.until([&] { return first.done(); }));
  EXPECT_EQ(text(*first), "2001:db8::1");
  EXPECT_FALSE((**first)->complete);
}

TEST_F(ResolverTest, AsksForNoIpv6WhenItIsOff) {
  options.ipv6 = false;
  begin();
  server.names["a.test"] = {.a = {{"192.0.2.1"}}, .aaaa = {{"2001:db8::1"}}};
  EXPECT_EQ(resolved("a.test"), "192.0.2.1");
  EXPECT_EQ(server.asked("a.test", false), 0);
  EXPECT_EQ(text(Resolver::Answer(resolver->cached("localhost"))), "127.0.0.1");
}

TEST_F(ResolverTest, KnowsLocalhostWithoutDns) {  // RFC 6761 §6.3
  for (const char* name : {"localhost", "LOCALHOST", "localhost.", "app.localhost", "a.b.LocalHost."}) {
    auto found = resolver->cached(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(text(Resolver::Answer(found)), "::1 127.0.0.1");
  }
  EXPECT_FALSE(is_cached("notlocalhost"));
  EXPECT_FALSE(is_cached("localhost.test"));
}

TEST_F(ResolverTest, IsSilentNoLongerThanItsTimeout) {
  options.timeout = milliseconds(300);
  begin();
  server.names["silent.test"] = {.a = {.silent = true}, .aaaa = {.silent = true}};
  Instant start = world.clock.now();
  EXPECT_EQ(resolved("silent.test"), "dns_timeout 504");
  EXPECT_GE(world.clock.now() - start, milliseconds(290));
  EXPECT_GE(asked("silent.test"), 2);  // a lost datagram is sent again
  start = world.clock.now();
  EXPECT_EQ(resolved("silent.test"), "dns_timeout 504");  // RFC 9520: remembered, shortly
  EXPECT_LT(world.clock.now() - start, milliseconds(290));
}

TEST_F(ResolverTest, UsesIpv4WhenIpv6IsSilentForever) {
  options.timeout = milliseconds(300);
  begin();
  server.names["a.test"] = {.a = {{"192.0.2.1"}}, .aaaa = {.silent = true}};
  EXPECT_EQ(resolved("a.test"), "192.0.2.1");
  ASSERT_TRUE(world.until([&] { return is_cached("a.test"); }));
  EXPECT_TRUE(resolver->cached("a.test")->complete);
}

TEST_F(ResolverTest, EndsAtTheCallersDeadline) {
  server.names["silent.test"] = {.a = {.silent = true}, .aaaa = {.silent = true}};
  Answering answering(resolver->resolve("silent.test", world.clock.now() + milliseconds(50)));
  ASSERT_TRUE(world.until([&] { return answering.done(); }));
  EXPECT_EQ(text(*answering), "dns_timeout 504");
}

TEST_F(ResolverTest, SaysWhenNoServerIsThere) {
  {
    test::DnsServer gone(world.loop);
    options.nameservers = {gone.address()};
  }
  begin();
  EXPECT_EQ(resolved("a.test"), "dns_error 502");
}

TEST_F(ResolverTest, RefusesServersThatAreNone) {
  options.nameservers = {"not an address"};
  begin();
  EXPECT_EQ(resolved("a.test"), "dns_error 502");
}

TEST_F(ResolverTest, AsksAnIpv6Server) {
  options.nameservers = {"[::1]:9", server.address()};  // the first refuses or is silent
  options.timeout = seconds(20);
  begin();
  server.names["a.test"] = {.a = {{"192.0.2.1"}}};
  EXPECT_EQ(resolved("a.test"), "192.0.2.1");
}

TEST_F(ResolverTest, MayLoseItsWaitersAtAnyTime) {
  server.names["a.test"] = {.a = {.addresses = {"192.0.2.1"}, .held = true}, .aaaa = {.held = true}};
  auto first = std::make_unique<Answering>(resolver->resolve("a.test", kNever));
  Answering second = ask("a.test");
  ASSERT_TRUE(world.until([&] { return asked("a.test") > 0; }));
  first.reset();
  server.release();
  ASSERT_TRUE(world.until([&] { return second.done(); }));
  EXPECT_EQ(text(*second), "192.0.2.1");
}

TEST_F(ResolverTest, MayBeDestroyedWhileLookupsAreOpen) {
  server.names["a.test"] = {.a = {.silent = true}, .aaaa = {.silent = true}};
  {
    Answering lost = ask("a.test");
    ASSERT_TRUE(world.until([&] { return asked("a.test") > 0; }));
  }
  resolver.reset();
  world.until([] { return true; });
}

TEST_F(ResolverTest, AnswersManyNamesAtOnce) {
  std::vector<std::unique_ptr<Answering>> all;
  for (int i = 0; i < 100; ++i) {
    std::string name = "n" + std::to_string(i) + ".test";
    server.names[name] = {.a = {{"192.0.2.1"}}};
    all.push_back(std::make_unique<Answering>(resolver->resolve(name, kNever)));
  }
  ASSERT_TRUE(world.until([&] { return std::ranges::all_of(all, [](auto& one) { return one->done(); }); }));
  for (auto& one : all) EXPECT_EQ(text(**one), "192.0.2.1");
}

// A loop whose clock stands still unless moved: what is over when.
class ResolverTimeTest : public testing::Test {
 protected:
  ResolverTimeTest() {
    ResolverOptions options;
    options.nameservers = {server.address()};
    options.hosts_file = "";
    options.ttl_max = std::chrono::minutes(10);
    resolver = make_cares_resolver(loop, options);
  }
  Resolver::Answer ask(const std::string& name) {
    Running<Resolver::Answer> answering(resolver->resolve(name, kNever));
    while (!answering.done()) turn();
    return *answering;
  }
  void turn() {
    loop.post([this] { loop.stop(); });
    loop.run();
  }
  void pass(Duration time) {
    clock.advance(time);
    turn();
  }
  bool is_cached(const char* name) { return resolver->cached(name) != nullptr; }

  ManualClock clock;
  SeededRandom random{1};
  io::EpollLoop loop{clock, random};
  test::DnsServer server{loop};
  std::unique_ptr<Resolver> resolver;
};

TEST_F(ResolverTimeTest, KeepsAnAnswerForItsShortestTtl) {
  server.names["a.test"] = {.a = {.addresses = {"192.0.2.1"}, .ttl = 60},
                            .aaaa = {.addresses = {"2001:db8::1"}, .ttl = 30}};
  ASSERT_TRUE(ask("a.test"));
  for (int i = 0; i < 100 && !is_cached("a.test"); ++i) turn();
  ASSERT_TRUE(is_cached("a.test"));
  pass(std::chrono::seconds(29));
  EXPECT_TRUE(is_cached("a.test"));
  pass(std::chrono::seconds(1));
  EXPECT_FALSE(is_cached("a.test"));
}

TEST_F(ResolverTimeTest, CountsTheAliasesTtl) {
  server.names["a.test"] = {.a = {.addresses = {"192.0.2.1"}, .ttl = 600, .alias = "b.test", .alias_ttl = 5}};
  ASSERT_TRUE(ask("a.test"));
  pass(std::chrono::seconds(5));
  EXPECT_FALSE(is_cached("a.test"));
}

TEST_F(ResolverTimeTest, CapsTheTtl) {
  server.names["a.test"] = {.a = {.addresses = {"192.0.2.1"}, .ttl = 86400}};
  ASSERT_TRUE(ask("a.test"));
  pass(std::chrono::minutes(10));
  EXPECT_FALSE(is_cached("a.test"));
}

TEST_F(ResolverTimeTest, KeepsNothingWithTtlZero) {
  server.names["a.test"] = {.a = {.addresses = {"192.0.2.1"}, .ttl = 0}};
  ASSERT_TRUE(ask("a.test"));
  EXPECT_FALSE(is_cached("a.test"));
  ASSERT_TRUE(ask("a.test"));
  EXPECT_EQ(server.asked("a.test", true), 2);
}

TEST_F(ResolverTimeTest, RemembersFailuresForTheNegativeTtl) {
  EXPECT_FALSE(ask("later.test"));
  int before = server.asked("later.test", true);
  server.names["later.test"] = {.a = {{"192.0.2.1"}}};
  pass(std::chrono::milliseconds(4900));
  EXPECT_FALSE(ask("later.test"));
  EXPECT_EQ(server.asked("later.test", true), before);
  pass(std::chrono::milliseconds(100));
  EXPECT_TRUE(ask("later.test"));
}

}  // namespace
}  // namespace porthole::upstream
