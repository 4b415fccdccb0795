// Looking through what was recorded.
#include "flow/search.h"

#include <fstream>

#include <gmock/gmock.h>

#include "support/coded.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Octets this process has read so far, from the disk or the page cache.
std::uint64_t octets_read() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t octets = 0;
  EXPECT_TRUE(io >> name >> octets);
  EXPECT_EQ(name, "rchar:");
  return octets;
}

class SearchTest : public test::FlowRig {
 protected:
  void exchange(std::uint64_t flow, std::string_view body, std::string_view more = {}) {
    request(flow, "GET http://h/a HTTP/1.1\r\nHost: h\r\nX-Id: n" + std::to_string(flow) + "\r\n\r\n");
    response(flow, "HTTP/1.1 200 OK\r\n" + std::string(more) + "\r\n");
    content(flow, Direction::response, body, 16'000);
    end(flow, body.size());
    recorder_->step();
  }
  Search search(std::string_view filter) { return {options_.store.folder, *match::Expr::parse(filter), marks_}; }
  std::vector<std::uint64_t> found(std::string_view filter) {
    Search all = search(filter);
    std::vector<Row> hits;
    while (all.step(hits)) {}
    std::vector<std::uint64_t> flows;
    for (const Row& row : hits) flows.push_back(row.flow.value);
    return flows;
  }
  Marks marks_{options_.store.folder, random_};
};

TEST_F(SearchTest, FindsWordsInContentAlsoWhenItIsCoded) {
  exchange(1, "plain periwinkle");
  exchange(2, test::encoded(std::string(1000, 'x') + "periwinkle", "gzip"), "Content-Encoding: gzip\r\n");
  exchange(3, test::encoded("periwinkle", "br"), "Content-Encoding: br\r\n");
  exchange(4, "nothing");
  step();
  EXPECT_THAT(found("body:periwinkle"), ElementsAre(3, 2, 1));
  EXPECT_THAT(found("body:elsewhere"), IsEmpty());
}

TEST_F(SearchTest, FindsFieldsAndWhatRowsKnow) {
  for (std::uint64_t flow = 1; flow <= 12; ++flow) exchange(flow, "x");
  step();
  EXPECT_THAT(found("header.x-id:n7"), ElementsAre(7));
  EXPECT_THAT(found("path:/a header.x-id:n1*"), ElementsAre(12, 11, 10, 1));
  EXPECT_THAT(found("status:404"), IsEmpty());
}

TEST_F(SearchTest, FindsTagsAndPinsAlsoOfFlowsWhoseSegmentIsGone) {
  exchange(1, "first");
  step();
  ASSERT_TRUE(marks_.set({1}, {.pinned = true, .tags = {"keep"}}, recorder_->rows().newest(1).at(0).last));
  EXPECT_THAT(found("tag:keep"), ElementsAre(1)) << "once, although it is there twice";
  for (std::uint64_t flow = 100; flow < 700; ++flow) exchange(flow, std::string(16'000, 'f'));
  step();
  EXPECT_THAT(found("tag:keep"), ElementsAre(1));
  EXPECT_THAT(found("body:first"), ElementsAre(1));
}

TEST_F(SearchTest, GoesInSlicesAndSaysHowFarItIs) {
  for (std::uint64_t flow = 1; flow <= 1500; ++flow) exchange(flow, "x");
  step();
  Search all = search("status:200");
  std::vector<Row> hits;
  EXPECT_TRUE(all.step(hits));
  EXPECT_EQ(hits.size(), Search::kSliceHits);
  EXPECT_EQ(all.searched(), 1000U);
  EXPECT_GE(all.of(), 1000U);
  EXPECT_FALSE(all.step(hits));
  EXPECT_EQ(hits.size(), 1500U);
  EXPECT_EQ(all.of(), 1500U);
}

TEST_F(SearchTest, ASliceEndsWhenMuchContentWasRead) {
  for (std::uint64_t flow = 1; flow <= 20; ++flow) exchange(flow, std::string(150'000, 'b'));
  step();
  Search all = search("body:nowhere");
  std::vector<Row> hits;
  EXPECT_TRUE(all.step(hits));
  EXPECT_LT(all.searched(), 20U);
}

TEST_F(SearchTest, WhatIsEvictedMeanwhileIsPassedOver) {
  for (std::uint64_t flow = 1; flow <= 200; ++flow) exchange(flow, std::string(16'000, 'f'));
  step();
  Search all = search("body:nowhere");
  for (std::uint64_t flow = 300; flow <= 900; ++flow) exchange(flow, std::string(16'000, 'g'));
  step();
  std::vector<Row> hits;
  while (all.step(hits)) {}
  EXPECT_THAT(hits, IsEmpty());
}

TEST_F(SearchTest, NeighboursAreReadTogether) {
  for (std::uint64_t flow = 1; flow <= 1000; ++flow) exchange(flow, "x");
  step();
  std::uint64_t before = octets_read();
  EXPECT_THAT(found("header.x-id:none"), IsEmpty());
  EXPECT_LT(octets_read() - before, 16_MiB) << "of a store of 1 MiB; it was a window of its own for each flow";
}

}  // namespace
}  // namespace porthole::flow
