// Happy Eyeballs (RFC 8305 §4, §5): who is tried when, and what is said when all failed.
#include "upstream/race.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/task_scope.h"
#include "support/loops.h"
#include "support/scripted_network.h"

namespace porthole::upstream {
namespace {

using std::chrono::milliseconds;
using test::ScriptedNetwork;
using testing::ElementsAre;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }
const IpAddress kSix = ip("2001:db8::1"), kSixB = ip("2001:db8::2"), kFour = ip("192.0.2.1"), kFourB = ip("192.0.2.2");

class RaceTest : public testing::Test {
 protected:
  RaceTest() { race = std::make_unique<Race>(world.loop, network, rules()); }
  Race::Rules rules() {
    return {443,
            false,
            std::make_shared<const AddressPolicy>(AddressOptions{.deny = {*IpNetwork::parse("10.0.0.0/8")}},
                                                  std::vector<Endpoint>{}, std::vector<IpAddress>{}),
            {}};
  }
  void begin(std::vector<IpAddress> addresses, bool more = false) {
    race->add(addresses, more);
    step();
  }
  void step() { outcome = race->step(); }
  // Lets time pass as a waiting coroutine would: a step whenever something changed or is due.
  void pass(Duration time) {
    Instant end = world.loop.now() + time;
    while (!outcome && world.loop.now() < end) {
      world.loop.advance(milliseconds(1));
      step();
    }
  }
  std::vector<std::string> tried() const {
    std::vector<std::string> texts;
    for (const auto& attempt : network.attempts) {
      auto after = std::chrono::duration_cast<milliseconds>(attempt.at - network.attempts.front().at).count();
      texts.push_back(attempt.to.ip.text() + " +" + std::to_string(after));
    }
    return texts;
  }
  Token token() const { return outcome && !*outcome ? outcome->error().token : Token::none; }
  std::string winner() const { return outcome && *outcome ? (*outcome)->address.text() : "none"; }

  test::ManualWorld world;
  ScriptedNetwork network{world.loop};
  std::unique_ptr<Race> race;
  std::optional<Result<Race::Winner>> outcome;
};

TEST_F(RaceTest, TakesTheFirstThatStands) {
  begin({kSix, kFour});
  EXPECT_FALSE(outcome);
  pass(milliseconds(10));
  EXPECT_EQ(winner(), "[2001:db8::1]:443");
  EXPECT_THAT(tried(), ElementsAre("2001:db8::1 +0"));
  EXPECT_EQ(race->attempts(), 1u);
}

TEST_F(RaceTest, StartsTheNextAfterTheAttemptDelay) {
  network.plans[kSix] = {.silent = true};
  begin({kSix, kFour});
  pass(milliseconds(1000));
  EXPECT_EQ(winner(), "192.0.2.1:443");
  ASSERT_EQ(network.attempts.size(), 2u);
  Duration waited = network.attempts[1].at - network.attempts[0].at;
  EXPECT_GE(waited, milliseconds(250));
  EXPECT_LT(waited, milliseconds(270));
}

TEST_F(RaceTest, StartsTheNextAtOnceWhenOneFailed) {
  network.plans[kSix] = {.after = milliseconds(20), .os_errno = ECONNREFUSED};
  begin({kSix, kFour});
  pass(milliseconds(100));
  EXPECT_EQ(winner(), "192.0.2.1:443");
  EXPECT_LT(network.attempts[1].at - network.attempts[0].at, milliseconds(40));
}

TEST_F(RaceTest, StartsTheNextAtOnceWhenConnectFails) {
  network.plans[kSix] = {.at_once = ENETUNREACH};
  begin({kSix, kFour});
  EXPECT_THAT(tried(), ElementsAre("2001:db8::1 +0", "192.0.2.1 +0"));
  pass(milliseconds(10));
  EXPECT_EQ(winner(), "192.0.2.1:443");
}

struct Told final : DialWatch {
  void looked_up(const Lookup& lookup) override {
    told.push_back((lookup.error    ? "failed"
                    : lookup.cached ? "cached"
                                    : "asked") +
                   std::to_string(lookup.addresses.size()));
  }
  void attempted(const Endpoint& to, Attempt how, Duration took) override {
    told.push_back(to.ip.text() + " " + std::to_string(static_cast<int>(how)) + " " +
                   std::to_string(std::chrono::duration_cast<milliseconds>(took).count() / 10 * 10));
  }
  void dialled(bool stands, Duration) override { told.push_back(stands ? "stands" : "fails"); }
  void queued(Duration) override {}
  std::vector<std::string> told;
};

TEST_F(RaceTest, TellsWhatBecameOfEachAttempt) {
  Told watch;
  auto watched = rules();
  watched.watch = &watch;
  race = std::make_unique<Race>(world.loop, network, watched);
  network.plans[kSix] = {.silent = true};
  network.plans[kFour] = {.after = milliseconds(50), .os_errno = ECONNREFUSED};
  network.plans[kSixB] = {.at_once = ENETUNREACH};
  begin({kSix, kFour, kSixB, kFourB, ip("10.0.0.1")});
  pass(milliseconds(1000));
  EXPECT_EQ(winner(), "192.0.2.2:443");
  EXPECT_THAT(watch.told, ElementsAre("10.0.0.1 4 0", "192.0.2.1 1 50", "2001:db8::2 2 0", "192.0.2.2 0 0",
                                      testing::StartsWith("2001:db8::1 5 3")));
}

TEST_F(RaceTest, TellsThoseThatTheDeadlineEnded) {
  Told watch;
  auto watched = rules();
  watched.watch = &watch;
  watched.options.connect_timeout = milliseconds(100);
  race = std::make_unique<Race>(world.loop, network, watched);
  network.plans[kSix] = {.silent = true};
  begin({kSix});
  pass(milliseconds(1000));
  EXPECT_THAT(watch.told, ElementsAre("2001:db8::1 3 100"));
}

TEST_F(RaceTest, AlternatesTheFamilies) {
  for (const IpAddress& address : {kSix, kSixB, kFour, kFourB}) network.plans[address] = {.at_once = ECONNREFUSED};
  begin({kSix, kSixB, kFour, kFourB});
  EXPECT_THAT(tried(), ElementsAre("2001:db8::1 +0", "192.0.2.1 +0", "2001:db8::2 +0", "192.0.2.2 +0"));
  EXPECT_EQ(token(), Token::connection_refused);
  EXPECT_EQ(outcome->error().status, 502);
}

TEST_F(RaceTest, ASlowFirstMayStillWin) {
  network.plans[kSix] = {.after = milliseconds(300)};
  network.plans[kFour] = {.after = milliseconds(300)};
  begin({kSix, kFour});
  pass(milliseconds(1000));
  EXPECT_EQ(winner(), "[2001:db8::1]:443");
  race.reset();
  EXPECT_EQ(network.open, 1);  // the loser was closed
}

TEST_F(RaceTest, EndsAtTheConnectTimeout) {
  network.plans[kSix] = network.plans[kFour] = {.silent = true};
  begin({kSix, kFour});
  pass(std::chrono::milliseconds(4990));
  EXPECT_FALSE(outcome);
  pass(milliseconds(30));
  EXPECT_EQ(token(), Token::connection_timeout);
  EXPECT_EQ(outcome->error().status, 504);
  race.reset();
  EXPECT_EQ(network.open, 0);
}

TEST_F(RaceTest, SaysTheFailureThatTellsMost) {
  struct Case {
    int first, second;
    Token token;
    int status;
  };
  for (const Case& c : {Case{ENETUNREACH, ECONNREFUSED, Token::connection_refused, 502},
                        Case{ECONNREFUSED, ENETUNREACH, Token::connection_refused, 502},
                        Case{ENETUNREACH, EHOSTUNREACH, Token::destination_ip_unroutable, 502},
                        Case{ECONNREFUSED, ETIMEDOUT, Token::connection_timeout, 504},
                        Case{ECONNRESET, ENETUNREACH, Token::connection_terminated, 502},
                        Case{EACCES, EACCES, Token::destination_ip_unroutable, 502},
                        Case{EMFILE, ECONNREFUSED, Token::connection_limit_reached, 503}}) {
    race = std::make_unique<Race>(world.loop, network, rules());
    network.plans[kSix] = {.at_once = c.first};
    network.plans[kFour] = {.after = milliseconds(1), .os_errno = c.second};
    outcome.reset();
    begin({kSix, kFour});
    pass(milliseconds(50));
    EXPECT_EQ(token(), c.token) << c.first;
    EXPECT_EQ(outcome->error().status, c.status) << c.first;
  }
}

TEST_F(RaceTest, NeverTriesAProhibitedAddressButTheOthers) {
  begin({ip("10.0.0.1"), kFour, ip("::ffff:10.0.0.2")});
  pass(milliseconds(10));
  EXPECT_EQ(winner(), "192.0.2.1:443");
  EXPECT_THAT(tried(), ElementsAre("192.0.2.1 +0"));
}

TEST_F(RaceTest, SaysProhibitedWhenAllAre) {
  begin({ip("10.0.0.1"), ip("10.0.0.2")});
  EXPECT_EQ(token(), Token::destination_ip_prohibited);
  EXPECT_EQ(outcome->error().status, 403);
  EXPECT_TRUE(network.attempts.empty());
}

TEST_F(RaceTest, SaysProhibitedWhenTheOthersFailed) {
  network.plans[kFour] = {.at_once = ECONNREFUSED};
  begin({kFour, ip("10.0.0.1")});
  EXPECT_EQ(token(), Token::destination_ip_prohibited);
}

TEST_F(RaceTest, WaitsForTheRestOfTheAddresses) {
  network.plans[kSix] = {.at_once = ECONNREFUSED};
  begin({kSix}, true);
  EXPECT_FALSE(outcome);
  begin({kFour, kFourB});
  pass(milliseconds(10));
  EXPECT_EQ(winner(), "192.0.2.1:443");
}

TEST_F(RaceTest, EndsWhenTheRestIsNothing) {
  network.plans[kSix] = {.at_once = ECONNREFUSED};
  begin({kSix}, true);
  begin({});
  EXPECT_EQ(token(), Token::connection_refused);
}

TEST_F(RaceTest, TheRestTakesItsTurnsBesideWhatIsWaiting) {
  for (const IpAddress& address : {kSix, kSixB, kFour}) network.plans[address] = {.silent = true};
  begin({kSix, kSixB}, true);
  begin({kFour});
  pass(milliseconds(800));
  ASSERT_EQ(network.attempts.size(), 3u);
  EXPECT_EQ(network.attempts[1].to.ip, kSixB);
  EXPECT_EQ(network.attempts[2].to.ip, kFour);
}

TEST_F(RaceTest, ClosesEverythingWhenDestroyed) {
  for (const IpAddress& address : {kSix, kSixB, kFour}) network.plans[address] = {.silent = true};
  begin({kSix, kSixB, kFour});
  pass(milliseconds(600));
  EXPECT_EQ(network.open, 3);
  race.reset();
  EXPECT_EQ(network.open, 0);
}

}  // namespace
}  // namespace porthole::upstream
