// What a flow's connection went through, in sentences.
#include "flow/connection_story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> story(std::vector<RecordedNote> notes, bool reused = false, std::uint16_t served = 0) {
  Flow flow;
  flow.row.upstream = *Endpoint::parse("192.0.2.7:80");
  flow.row.reused = reused;
  flow.row.served = served;
  flow.notes = std::move(notes);
  std::vector<std::string> told;
  tell_connection(flow, told);
  return told;
}
RecordedNote note(std::string what, std::string detail, Duration took = {}) {
  return {.at = 0, .took = took, .what = std::move(what), .detail = std::move(detail)};
}

TEST(ConnectionStory, TellsWhatAKeptConnectionHadServed) {
  EXPECT_THAT(story({}, true, 1),
              ElementsAre("A kept connection to 192.0.2.7:80 was used, which had served 1 request before."));
  EXPECT_THAT(story({note("queue", "", 3ms)}, true, 12),
              ElementsAre("It waited 3.0 ms for a connection that was free.",
                          "A kept connection to 192.0.2.7:80 was used, which had served 12 requests before."));
}

TEST(ConnectionStory, TellsALookUpAndItsAge) {
  EXPECT_THAT(story({note("dns", "cached 12 192.0.2.7")}),
              ElementsAre("The name's addresses were known from an earlier look-up, 12 s ago."));
  EXPECT_THAT(story({note("dns", "asked 192.0.2.7", 4ms)}), ElementsAre("Looking up the name took 4.0 ms."));
  EXPECT_THAT(story({note("dns", "asked 2001:db8::7 192.0.2.7", 4ms)}),
              ElementsAre("Looking up the name took 4.0 ms and gave 2 addresses."));
  EXPECT_THAT(story({note("dns", "failed the name does not exist", 4ms)}),
              ElementsAre("Looking up the name failed after 4.0 ms: the name does not exist."));
}

TEST(ConnectionStory, TellsWhatBecameOfTheOtherAddresses) {
  EXPECT_THAT(story({note("attempt", "connected 192.0.2.7:80", 12ms), note("connect", "", 12ms)}),
              ElementsAre("Connecting to 192.0.2.7:80 took 12.0 ms."));
  EXPECT_THAT(
      story({note("attempt", "refused [2001:db8::7]:80", 80us), note("attempt", "connected 192.0.2.7:80", 12ms),
             note("connect", "", 13ms)}),
      ElementsAre("Connecting to 192.0.2.7:80 over IPv4 took 13.0 ms; [2001:db8::7]:80 was refused after 0.08 ms."));
  EXPECT_THAT(
      story({note("attempt", "prohibited 10.0.0.1:80"), note("attempt", "connected [2001:db8::7]:80", 12ms),
             note("attempt", "overtaken 192.0.2.7:80", 8ms), note("connect", "", 20ms)}),
      ElementsAre(
          "Connecting to [2001:db8::7]:80 over IPv6 took 20.0 ms; 10.0.0.1:80 is an address that is not allowed "
          "and 192.0.2.7:80 had not answered within 8.0 ms."));
}

TEST(ConnectionStory, TellsWhyThereIsNone) {
  EXPECT_THAT(
      story({note("attempt", "unreachable [2001:db8::7]:80"), note("attempt", "refused 192.0.2.7:80", 70us),
             note("connect", "failed", 90us)}),
      ElementsAre("No connection was made: [2001:db8::7]:80 could not be reached and 192.0.2.7:80 was refused after "
                  "0.07 ms."));
  EXPECT_THAT(story({note("connect", "failed", 2s)}), ElementsAre("No connection was made in 2.0 s."));
}

TEST(ConnectionStory, TellsTheRuleThatDecided) {
  EXPECT_THAT(story({note("rule", "deny proxy.clients")}), ElementsAre("The rule proxy.clients refused it."));
  EXPECT_THAT(story({note("rule", "pass intranet")}), ElementsAre("The rule intranet let it pass."));
}

TEST(ConnectionStory, IsSilentAboutWhatItDoesNotKnow) {
  EXPECT_THAT(story({note("", ""), note("later", "x"), note("rule", ""), note("rule", "deny")}), IsEmpty());
  for (std::string_view detail : {"", " ", "cached", "asked", "connected", "refused"}) {
    story(
        {note("dns", std::string(detail)), note("attempt", std::string(detail)), note("connect", std::string(detail))});
  }
}

TEST(ConnectionStory, TellsSegmentsThatWereSentAgain) {
  Flow flow;
  std::vector<std::string> told;
  flow.facts.path[0] = {.rtt_us = 50};
  tell_network(flow, told);
  EXPECT_THAT(told, IsEmpty());
  flow.facts.path[0]->retransmits = 1;
  flow.facts.path[1] = {.rtt_us = 12'000, .retransmits = 3};
  tell_network(flow, told);
  EXPECT_THAT(told,
              ElementsAre("On the way to the client 1 segment had to be sent again; a round trip took 0.05 ms.",
                          "On the way to the server 3 segments had to be sent again; a round trip took 12.0 ms."));
}

}  // namespace
}  // namespace porthole::flow
