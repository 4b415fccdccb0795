// Figures of the last minute.
#include "flow/traffic.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

class TrafficTest : public testing::Test {
 protected:
  void ended(WallTime begun, Duration took, std::uint16_t status = 200, std::string_view host = "a.test") {
    Row row{.flow = {++flow_}, .status = status};
    row.begun = begun;
    row.took = took;
    row.host = host;
    row.method = "GET";
    row.bytes_out = 10;
    if (status == 502) row.error = Token::connection_refused;
    rows_.add(row);
  }
  nlohmann::json stats() {
    traffic_.catch_up(rows_, now_);
    std::string out;
    Json json(out);
    traffic_.append(json, 7, 3);
    return nlohmann::json::parse(out);
  }
  std::uint64_t flow_ = 0;
  WallTime now_{1'800'000'000s};
  Rows rows_{1000, 64_KiB};
  Traffic traffic_;
};

TEST_F(TrafficTest, CountsWhatEnded) {
  ended(now_ - 10s, 5ms);
  ended(now_ - 10s, 5ms, 404);
  ended(now_ - 1s, 5ms, 502, "B.test:8080");
  auto said = stats();
  EXPECT_EQ(said["flows"], 7);
  EXPECT_EQ(said["open"], 3);
  EXPECT_EQ(said["bytes"], 30);
  EXPECT_EQ(said["status"], nlohmann::json({{"2", 1}, {"4", 1}, {"5", 1}}));
  EXPECT_EQ(said["errors"], nlohmann::json({{"connection_refused", 1}}));
  EXPECT_EQ(said["hosts"], nlohmann::json::parse(R"([["a.test",2],["b.test",1]])"));
}

TEST_F(TrafficTest, CountsAFlowOnceWhateverIsSaidOfIt) {
  ended(now_ - 5s, 5ms);
  EXPECT_EQ(stats()["bytes"], 10);
  rows_.touch({1});
  EXPECT_EQ(stats()["bytes"], 10);
  ended(now_, 5ms);  // it ends, and is spoken of, before somebody asks
  rows_.touch({2});
  now_ += 1s;
  EXPECT_EQ(stats()["bytes"], 20);
}

TEST_F(TrafficTest, WhatIsImportedIsNoTraffic) {
  Row row{.flow = {9}, .flags = kImported, .status = 200};
  row.begun = now_ - 5s;
  row.method = "GET";
  row.bytes_out = 10;
  rows_.add(row);
  EXPECT_EQ(stats()["bytes"], 0);
}

TEST_F(TrafficTest, TheRateIsThatOfTheLastWholeSecond) {
  EXPECT_EQ(stats()["rate"], 0);
  for (int i = 0; i < 20; ++i) ended(now_ + 500ms, 5ms);
  ended(now_ + 1500ms, 5ms);
  now_ += 1s;
  EXPECT_EQ(stats()["rate"], 20);  // the second that goes on is not whole
  now_ += 1s;
  ended(now_ - 500ms, 5ms);
  EXPECT_EQ(stats()["rate"], 2);
  now_ += 5s;
  EXPECT_EQ(stats()["rate"], 0);
}

TEST_F(TrafficTest, OfNothingThereAreNoPercentiles) {
  EXPECT_FALSE(stats().contains("p50"));
  ended(now_ - 1s, 0ms);
  EXPECT_EQ(stats()["p50"], 0);
}

TEST_F(TrafficTest, NoPercentileIsBelowWhatTookThatLong) {
  ended(now_ - 15s, 10s);
  EXPECT_EQ(stats()["p95"], 10'000'000);
  ended(now_ - std::chrono::hours(5), std::chrono::hours(5) - 1s);
  EXPECT_EQ(stats()["p99"], (5 * 3600 - 1) * 1'000'000LL);
}

TEST_F(TrafficTest, TellsPercentilesWithinAnEighthOfADoubling) {
  for (int i = 1; i <= 100; ++i) ended(now_ - 5s, std::chrono::milliseconds(i));
  auto said = stats();
  for (auto [name, truth] : {std::pair("p50", 50'000), {"p95", 95'000}, {"p99", 99'000}}) {
    EXPECT_GE(said[name], truth);
    EXPECT_LE(said[name], truth * 1.1);
  }
}

TEST_F(TrafficTest, ForgetsWhatIsOlderThanAMinute) {
  ended(now_ - 1s, 5ms);
  EXPECT_EQ(stats()["bytes"], 10);
  now_ += 59s;
  EXPECT_EQ(stats()["bytes"], 0);
  ended(now_ - 70s, 5ms);
  EXPECT_EQ(stats()["bytes"], 0);
  ended(now_ + 5s, 5ms);  // a clock that was set back
  EXPECT_EQ(stats()["bytes"], 0);
}

TEST_F(TrafficTest, CountsARowOnceWhenItHasEnded) {
  Row open{.flow = {1}, .open = true};
  open.begun = now_ - 1s;
  auto number = rows_.add(open);
  EXPECT_EQ(stats()["bytes"], 0);
  open.open = false;
  open.bytes_out = 5;
  rows_.update(number, open);
  EXPECT_EQ(stats()["bytes"], 5);
  EXPECT_EQ(stats()["bytes"], 5);
}

TEST_F(TrafficTest, HostsAreBounded) {
  Rows many(4000, 1_MiB);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    Row row{.flow = {i + 1}};
    std::string host = "h" + std::to_string(i) + ".test";
    row.host = host;
    row.begun = now_ - 1s;
    many.add(row);
  }
  Traffic traffic;
  traffic.catch_up(many, now_);
  std::string out;
  Json json(out);
  traffic.append(json, 0, 0);
  EXPECT_EQ(nlohmann::json::parse(out)["hosts"].size(), Traffic::kHostsShown);
}

}  // namespace
}  // namespace porthole::flow
