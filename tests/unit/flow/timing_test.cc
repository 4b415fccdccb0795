// Where the time went; the parts add up.
#include "flow/timing.h"

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

// A flow that began at 1 s, with steps at the given times after.
Flow flow(Duration took, std::optional<Duration> sent, std::optional<Duration> answered) {
  Flow flow;
  flow.ended = true;
  flow.row.begun = WallTime(1s);
  flow.row.took = took;
  auto at = [](Duration after) { return Duration(1s + after).count(); };
  if (sent) flow.request_sent = RecordedHead{.at = at(*sent), .text = {}, .changes = {}};
  if (answered) flow.response_received = RecordedHead{.at = at(*answered), .text = {}, .changes = {}};
  return flow;
}

Duration sum(const Timing& timing) {
  Duration zero{};
  return timing.blocked + timing.dns.value_or(zero) + timing.send.value_or(zero) + timing.connect.value_or(zero) +
         timing.wait.value_or(zero) + timing.receive.value_or(zero);
}

TEST(Timing, TakesAFlowApart) {
  Flow one = flow(100ms, 20ms, 70ms);
  one.notes = {{.at = 0, .took = 5ms, .what = "dns", .detail = {}},
               {.at = 0, .took = 12ms, .what = "connect", .detail = {}}};
  Timing timing = timing_of(one);
  EXPECT_EQ(timing.dns, 5ms);
  EXPECT_EQ(timing.connect, 12ms);
  EXPECT_EQ(timing.wait, 50ms);
  EXPECT_EQ(timing.receive, 30ms);
  EXPECT_EQ(timing.blocked, 3ms);
  EXPECT_EQ(sum(timing), timing.total);
}

TEST(Timing, WhatTheClientTakesToSendIsNotTheServers) {
  Flow slow = flow(31s, 10ms, 30s + 15ms);
  slow.content[0].pieces = {{.record = {}, .at = Duration(1s + 20ms).count(), .offset = 0, .size = 5},
                            {.record = {}, .at = Duration(1s + 30s + 10ms).count(), .offset = 5, .size = 5}};
  Timing timing = timing_of(slow);
  EXPECT_EQ(timing.send, 30s);
  EXPECT_EQ(timing.wait, 5ms);
  EXPECT_EQ(sum(timing), timing.total);
  slow.content[0].pieces[1].at = Duration(1s + 31s).count();  // it went on while the answer came
  EXPECT_EQ(timing_of(slow).wait, 0s);
}

TEST(Timing, LeavesOutWhatDidNotHappen) {
  Timing kept = timing_of(flow(10ms, 1ms, 9ms));
  EXPECT_FALSE(kept.dns);
  EXPECT_FALSE(kept.connect);
  Timing refused = timing_of(flow(10ms, std::nullopt, std::nullopt));
  EXPECT_FALSE(refused.wait);
  EXPECT_EQ(refused.blocked, 10ms);
  Timing silent = timing_of(flow(60s, 1s, std::nullopt));
  EXPECT_EQ(silent.wait, 59s);
  EXPECT_FALSE(silent.receive);
}

TEST(Timing, ATunnelIsNotKeptWaitingWhileItIsOpen) {
  Flow tunnel = flow(60s, std::nullopt, std::nullopt);
  tunnel.row.method = "CONNECT";
  tunnel.row.status = 200;
  tunnel.response_sent = RecordedHead{.at = Duration(1s + 5ms).count(), .text = {}, .changes = {}};
  tunnel.notes = {{.at = 0, .took = 4ms, .what = "connect", .detail = {}}};
  Timing timing = timing_of(tunnel);
  EXPECT_EQ(timing.connect, 4ms);
  EXPECT_EQ(timing.receive, 60s - 5ms);
  EXPECT_EQ(timing.blocked, 1ms);
  tunnel.row.status = 403;
  EXPECT_FALSE(timing_of(tunnel).receive);
}

TEST(Timing, AddsUpWhateverTheRecordsSay) {
  for (Duration took : {Duration(0), Duration(1ms), Duration(10s)}) {
    for (Duration sent : {Duration(-5ms), Duration(0), Duration(20s)}) {
      for (Duration answered : {Duration(-1ms), Duration(1ms), Duration(30s)}) {
        Flow odd = flow(took, sent, answered);
        odd.notes = {{.at = 0, .took = 7s, .what = "connect", .detail = {}}};
        EXPECT_EQ(sum(timing_of(odd)), timing_of(odd).total);
        EXPECT_GE(timing_of(odd).blocked.count(), 0);
      }
    }
  }
}

}  // namespace
}  // namespace porthole::flow
