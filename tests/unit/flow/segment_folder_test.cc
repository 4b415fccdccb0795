// Records by their position, in a folder that changes meanwhile.
#include "flow/segment_folder.h"

#include <gtest/gtest.h>

#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using test::FlowRig;

TEST_F(FlowRig, FindsRecordsInAnySegment) {
  std::vector<Position> ends;
  for (std::uint64_t flow = 1; flow <= 40; ++flow) {
    request(flow, "GET http://h/a HTTP/1.1\r\n\r\n");
    content(flow, Direction::response, std::string(200'000, 'o'), 50'000);
    end(flow, 200'000);
    step();
    ends.push_back(recorder_->rows().newest(1).at(0).last);
    // Each that is still there is found; those that were evicted are not, nor what was written over them.
    std::size_t gone = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      auto record = SegmentFolder(reader_.path()).at(ends[i]);
      if (!record) {
        ++gone;
        continue;
      }
      EXPECT_EQ(record->header.event.flow, i + 1);
    }
    EXPECT_LE(gone, ends.size() > 15 ? ends.size() - 10 : 0) << flow;
  }
  EXPECT_FALSE(SegmentFolder(reader_.path()).at(ends[0]));
}

TEST_F(FlowRig, SeesWhatIsWrittenBehindWhatItHasRead) {
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  end(1);
  step();
  Position first = recorder_->rows().newest(1).at(0).last;
  EXPECT_TRUE(reader_.at(first));
  request(2, "GET http://h/a HTTP/1.1\r\n\r\n");
  end(2);
  step();
  EXPECT_EQ(reader_.at(recorder_->rows().newest(1).at(0).last)->header.event.flow, 2U);
}

}  // namespace
}  // namespace porthole::flow
