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

}  // namespace
}  // namespace porthole::flow
