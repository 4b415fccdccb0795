// What a list begins with after a start.
#include "flow/known_flows.h"

#include <gmock/gmock.h>

#include "flow/marks.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class KnownFlowsTest : public test::FlowRig {
 protected:
  // A flow that ends now and began `before`.
  void ended(std::uint64_t flow, Duration before = 0s, std::size_t size = 0) {
    request(flow, "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");
    content(flow, Direction::response, std::string(size, 'c'), 16'000);
    sink_->end({flow},
               {.flow = {flow},
                .status = 200,
                .method = "GET",
                .target = "http://h/a",
                .host = "h",
                .bytes_out = size,
                .begun = clock_.wall() - before,
                .took = before},
               clock_.now());
    step();
  }
  std::string flows() { return options_.store.folder; }
  std::vector<std::uint64_t> known(std::size_t most = 100, ByteCount bytes = 64_MiB) {
    std::vector<std::uint64_t> all;
    tell_known_flows(flows(), Store::paths_in(flows()), most, bytes, [&](const Row& row) {
      EXPECT_EQ(row.target, "http://h/a");
      all.push_back(row.flow.value);
    });
    return all;
  }
  Position last_of(std::uint64_t flow) { return recorder_->rows().find({flow})->last; }
};

TEST_F(KnownFlowsTest, StandInTheOrderInWhichTheyBegan) {
  ended(1);
  ended(2);
  ended(3, 10s);
  request(4, "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");  // never ends
  step();
  EXPECT_THAT(known(), ElementsAre(3, 1, 2));
  EXPECT_THAT(known(2), ElementsAre(1, 2));
}

TEST_F(KnownFlowsTest, APinnedOneStandsWhereItBeganAndOnce) {
  ended(1);
  ended(2);
  ended(3);
  SeededRandom random(7);
  Marks marks(flows(), random);
  ASSERT_TRUE(marks.set({2}, {.pinned = true}, last_of(2)));
  EXPECT_THAT(known(), ElementsAre(1, 2, 3));
}

// Each ends a second after the one before, and began in an order of its own; some are pinned.
TEST_F(KnownFlowsTest, WhateverTheOrderOfTheirEnds) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> begun;
  SeededRandom random(3);
  Marks marks(flows(), random);
  for (std::uint64_t flow = 1; flow <= 200; ++flow) {
    Duration before = std::chrono::milliseconds(1 + random.next() % 100'000);
    begun.emplace_back((clock_.wall() - before).time_since_epoch().count(), flow);
    ended(flow, before, flow % 50 == 0 ? 300'000 : 0);
    if (flow % 40 == 1) ASSERT_TRUE(marks.set({flow}, {.pinned = true}, last_of(flow)));
    clock_.advance(1s);
  }
  std::sort(begun.begin(), begun.end());
  std::vector<std::uint64_t> expected;
  for (auto [at, flow] : begun) expected.push_back(flow);
  EXPECT_EQ(known(1000), expected);
}

TEST_F(KnownFlowsTest, AreReadFromTheNewestSegmentBack) {
  for (std::uint64_t flow = 1; flow <= 6; ++flow) ended(flow, 0s, 400'000);  // two in a segment of 1 MiB
  ASSERT_GE(Store::paths_in(flows()).size(), 3U);
  EXPECT_THAT(known(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(known(3).back(), 6);
  std::vector<std::uint64_t> newest = known(100, 1);  // one segment
  EXPECT_LT(newest.size(), 6U);
  EXPECT_EQ(newest.back(), 6U);
}

TEST_F(KnownFlowsTest, ANewRunListsThem) {
  ended(1);
  ended(2, 5s);
  recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 1);
  recorder_->step();
  std::vector<std::uint64_t> listed;
  for (const Row& row : recorder_->rows().newest(10)) listed.push_back(row.flow.value);
  EXPECT_THAT(listed, ElementsAre(1, 2));
}

}  // namespace
}  // namespace porthole::flow
