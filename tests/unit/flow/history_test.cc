// Ended flows of a folder, newest first.
#include "flow/history.h"

#include <gtest/gtest.h>

#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using test::FlowRig;

TEST_F(FlowRig, GivesWhatHasEndedNewestFirstAcrossSegments) {
  EXPECT_FALSE(History(folder_ / "nowhere").next());
  for (std::uint64_t flow = 1; flow <= 12; ++flow) {
    request(flow, "GET http://h/a HTTP/1.1\r\n\r\n");
    content(flow, Direction::response, std::string(200'000, 'o'), 50'000);
    if (flow != 7) end(flow, 200'000);
    step();
  }
  EXPECT_GT(Store::paths_in(folder_ / "flows").size(), 2U);
  History history(folder_ / "flows");
  std::vector<std::uint64_t> seen;
  while (auto row = history.next()) {
    seen.push_back(row->flow.value);
    EXPECT_EQ(row->host, "h");
    EXPECT_TRUE(SegmentFolder(folder_ / "flows").at(row->last));
  }
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{12, 11, 10, 9, 8, 6, 5, 4, 3, 2, 1}));
}

TEST_F(FlowRig, OrdersByTheirEndWhatTwoWorkersEndedBetweenTwoSteps) {
  recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 2);
  RingSink first(recorder_->ring(0), 0), second(recorder_->ring(1), 0);
  // The first ring is emptied first, and holds what ended last.
  for (std::uint64_t flow : {1, 2}) {
    RingSink& sink = flow == 1 ? second : first;
    Outcome outcome{.flow = {flow}, .status = 200, .method = "GET", .target = "http://h/a", .host = "h"};
    outcome.begun = clock_.wall();
    outcome.took = std::chrono::milliseconds(1);
    sink.begin({flow}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
    clock_.advance(outcome.took);
    sink.end({flow}, outcome, clock_.now());
  }
  step();
  History history(folder_ / "flows");
  EXPECT_EQ(history.next()->flow.value, 2U);
  EXPECT_EQ(history.next()->flow.value, 1U);
}

}  // namespace
}  // namespace porthole::flow
