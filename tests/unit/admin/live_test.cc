// What the live list hears, event by event.
#include "admin/live.h"

#include <gmock/gmock.h>

#include "support/api_rig.h"

namespace porthole::admin {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LiveTest : public test::ApiRig {
 protected:
  std::unique_ptr<Feed> listen(std::string_view last = {}, std::string_view filter = {}) {
    return live_->listen(last, *match::Expr::parse(filter));
  }
  // The data of the events of one pull, and the id of the last.
  std::vector<nlohmann::json> hear(Feed& feed) {
    std::string text = pull(feed);
    std::vector<nlohmann::json> events;
    for (std::size_t at = 0; (at = text.find("data: ", at)) != std::string::npos; ++at)
      events.push_back(nlohmann::json::parse(text.substr(at + 6, text.find('\n', at) - at - 6)));
    if (std::size_t at = text.rfind("id: "); at != std::string::npos)
      id_ = text.substr(at + 4, text.find('\n', at) - at - 4);
    resync_ = text.contains("event: resync");
    return events;
  }
  static std::vector<std::string> paths(const nlohmann::json& event, const char* list) {
    std::vector<std::string> all;
    if (event.contains(list))
      for (const auto& row : event[list]) all.push_back(row["path"]);
    return all;
  }
  std::string id_;
  bool resync_ = false;
};

TEST_F(LiveTest, BeginsWithTheFiguresAtOnceAndTellsWhatComes) {
  exchange(1, "/before");
  step();
  auto feed = listen();
  auto events = hear(*feed);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["seq"], 1);
  EXPECT_EQ(events[0]["stats"]["flows"], 1);
  exchange(2, "/2");
  step();
  events = hear(*feed);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_THAT(paths(events[0], "add"), ElementsAre("/2"));
  EXPECT_EQ(events[0]["add"][0]["state"], "done");
  EXPECT_THAT(hear(*feed), IsEmpty());
}

TEST_F(LiveTest, ARowIsAddedOnceAndUpdatedAfterwards) {
  auto feed = listen();
  hear(*feed);
  request(1, "GET http://h/slow HTTP/1.1\r\nHost: h\r\n\r\n");
  step();
  auto events = hear(*feed);
  EXPECT_THAT(paths(events.at(0), "add"), ElementsAre("/slow"));
  EXPECT_EQ(events[0]["add"][0]["state"], "open");
  end(1);
  step();
  events = hear(*feed);
  EXPECT_THAT(paths(events.at(0), "upd"), ElementsAre("/slow"));
  EXPECT_FALSE(events[0].contains("add"));
}

TEST_F(LiveTest, GoesOnWhereItWasLeft) {
  auto feed = listen();
  hear(*feed);
  std::string last = id_;
  exchange(1, "/missed");
  step();
  auto events = hear(*listen(last));
  ASSERT_FALSE(resync_);
  // The first event has the figures, what was missed comes with the next.
  auto again = listen(last);
  hear(*again);
  events = hear(*again);
  EXPECT_THAT(paths(events.at(0), "add"), ElementsAre("/missed"));
}

TEST_F(LiveTest, AnIdOfAnotherRunOrFromTheFutureIsResynced) {
  exchange(1);
  step();
  for (const std::string& id : {std::string("abcdef-1"), live_->id_of(99), std::string("x"), std::string("1")}) {
    auto feed = listen(id);
    hear(*feed);
    auto events = hear(*feed);
    EXPECT_TRUE(resync_) << id;
    EXPECT_EQ(events.at(0)["seq"], 1) << id;
    hear(*feed);
    EXPECT_FALSE(resync_) << id;
  }
}

TEST_F(LiveTest, ASlowListenerIsToldToReadTheListAgainAtMostOnceASecond) {
  auto feed = listen();
  hear(*feed);
  std::uint64_t flow = 0;
  auto flood = [&] {
    for (int round = 0; round < 6; ++round) {
      for (int i = 0; i < 1000; ++i) exchange(++flow);
      clock_.advance(1ms);
      while (recorder_->step() > 0) {}
    }
  };
  flood();
  hear(*feed);
  EXPECT_TRUE(resync_);
  flood();
  EXPECT_LE(paths(hear(*feed).at(0), "add").size(), Live::kRowsMax);
  EXPECT_FALSE(resync_);
  clock_.advance(1s);
  hear(*feed);
  EXPECT_TRUE(resync_);
}

TEST_F(LiveTest, TellsManyRowsInSeveralEventsEachOnce) {
  auto feed = listen();
  hear(*feed);
  for (std::uint64_t flow = 1; flow <= 1200; ++flow) exchange(flow, "/" + std::to_string(flow));
  step();
  std::vector<std::string> all;
  for (int i = 0; i < 4; ++i) {
    for (const auto& event : hear(*feed)) {
      auto here = paths(event, "add");
      EXPECT_LE(here.size(), Live::kRowsMax);
      all.insert(all.end(), here.begin(), here.end());
    }
  }
  EXPECT_EQ(all.size(), 1200U);
  EXPECT_EQ(all.back(), "/1200");
}

TEST_F(LiveTest, OnlyRowsThatAreWantedAreTold) {
  auto feed = listen({}, "path:/yes");
  hear(*feed);
  exchange(1, "/no");
  exchange(2, "/yes");
  step();
  EXPECT_THAT(paths(hear(*feed).at(0), "add"), ElementsAre("/yes"));
  exchange(3, "/no");
  step();
  EXPECT_THAT(hear(*feed), IsEmpty());
}

TEST_F(LiveTest, FiguresComeEachSecondWhileSomethingPassesElseEachFive) {
  auto feed = listen();
  hear(*feed);
  clock_.advance(1s);
  EXPECT_THAT(hear(*feed), IsEmpty());
  exchange(1);
  step();
  for (int i = 0; i < 3; ++i) {  // a little longer, until the rate is 0
    EXPECT_TRUE(hear(*feed).at(0).contains("stats")) << i;
    clock_.advance(1s);
  }
  clock_.advance(1s);
  EXPECT_THAT(hear(*feed), IsEmpty());
  clock_.advance(3s);
  EXPECT_TRUE(hear(*feed).at(0).contains("stats"));
}

TEST_F(LiveTest, GoesOnUntilTheListenerLeavesAlsoWhenNothingIsRecorded) {
  make_api(nullptr);
  auto feed = listen();
  hear(*feed);
  EXPECT_TRUE(feed->endless());
  clock_.advance(2s);
  EXPECT_EQ(pull(*feed), "");
  clock_.advance(3s);
  EXPECT_THAT(pull(*feed), HasSubstr("stats"));
}

}  // namespace
}  // namespace porthole::admin
