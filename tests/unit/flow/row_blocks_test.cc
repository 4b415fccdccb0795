// Rows in the order of their end.
#include "flow/row_blocks.h"

#include <gtest/gtest.h>

#include "support/ended_flows.h"

namespace porthole::flow {
namespace {

using test::EndedFlows;

std::vector<std::uint64_t> flows_of(const std::vector<RowBlock>& blocks) {
  std::vector<std::uint64_t> flows;
  Row row;
  for (const RowBlock& block : blocks) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (block.read(i, 1, row)) flows.push_back(row.flow.value);
    }
  }
  return flows;
}

TEST(RowGatherer, PutsInOrderWhatEndedAboutTheSameTime) {
  EndedFlows ended;
  RowGatherer gatherer;
  std::vector<std::uint64_t> expected;
  for (std::uint64_t at = 0; at < 40'000; ++at) expected.push_back(at + 1);
  // Runs of 3000 lie the other way round.
  for (std::uint64_t run = 0; run < 40'000; run += 3000) {
    for (std::uint64_t at = std::min<std::uint64_t>(run + 3000, 40'000); at-- > run;)
      gatherer.take(ended.record(at + 1, std::chrono::microseconds(at)));
  }
  gatherer.finish();
  EXPECT_EQ(flows_of(gatherer.blocks()), expected);
}

TEST(RowGatherer, LeavesWhatWasImportedWhereItLies) {
  EndedFlows ended;
  RowGatherer gatherer;
  gatherer.take(ended.record(1, std::chrono::hours(5)));
  gatherer.take(ended.record(2, std::chrono::hours(1), kImported));
  gatherer.take(ended.record(3, std::chrono::hours(6)));
  gatherer.finish();
  EXPECT_EQ(flows_of(gatherer.blocks()), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(RowGatherer, PassesOverWhatIsNoEnd) {
  EndedFlows ended;
  RowGatherer gatherer;
  Record record = ended.record(1, {});
  record.header.event.kind = EventKind::note;
  gatherer.take(record);
  gatherer.finish();
  EXPECT_TRUE(gatherer.blocks().empty());
}

TEST(RowBlock, ReadsBackWhatWasAddedAndNothingOfWhatWasCut) {
  EndedFlows ended;
  RowGatherer gatherer;
  for (std::uint64_t flow = 1; flow <= 3; ++flow)
    gatherer.take(ended.record(flow, std::chrono::seconds(flow), kContentCut));
  gatherer.finish();
  auto blocks = gatherer.blocks();
  ASSERT_EQ(blocks.size(), 1U);
  std::string_view whole = blocks[0].bytes();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    RowBlock block(std::vector<char>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(block.size(), size / (whole.size() / 3)) << size;
  }
  Row row;
  ASSERT_TRUE(blocks[0].read(1, 7, row));
  EXPECT_EQ(row.flow.value, 2U);
  EXPECT_EQ(row.host, "h2");
  EXPECT_EQ(row.flags, kContentCut);
  EXPECT_EQ(row.last.sequence(), 7U);
  EXPECT_NE(row.last.offset(), 0U);
}

}  // namespace
}  // namespace porthole::flow
