// One index file: what it gives back, and that nothing in it is trusted.
#include "flow/index_file.h"

#include <fstream>

#include <gtest/gtest.h>

#include "support/ended_flows.h"
#include "support/temporary_folder.h"

namespace porthole::flow {
namespace {

class IndexFileTest : public testing::Test {
 protected:
  void write(std::uint64_t flows) {
    auto writer = IndexWriter::create(path_, segment_);
    ASSERT_TRUE(writer);
    RowGatherer gatherer;
    for (std::uint64_t flow = 1; flow <= flows; ++flow)
      gatherer.take(ended_.record(flow * 2, std::chrono::milliseconds(flow)));
    gatherer.finish();
    for (const RowBlock& block : gatherer.blocks()) ASSERT_TRUE(writer->add(block));
    ASSERT_FALSE(std::filesystem::exists(path_)) << "not before it is whole";
    ByteCount rest = writer->rest();
    ByteCount before = std::max<ByteCount>(sizeof(IndexHeader), std::filesystem::file_size(path_ + ".new"));
    ASSERT_TRUE(writer->finish());
    EXPECT_EQ(std::filesystem::file_size(path_), before + rest);
  }
  std::string octets() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& octets) { std::ofstream(path_, std::ios::binary) << octets; }

  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "index";
  test::EndedFlows ended_;
  SegmentHeader segment_{.sequence = 9, .seed = 77};
};

TEST_F(IndexFileTest, GivesBackItsRowsAndFindsEachFlow) {
  write(5000);
  auto index = IndexFile::open(path_, segment_);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->rows(), 5000U);
  EXPECT_GT(index->blocks(), 2U);
  std::uint64_t flow = 0;
  Row row;
  for (std::size_t i = 0; i < index->blocks(); ++i) {
    auto block = index->block(i);
    ASSERT_TRUE(block);
    for (std::size_t k = 0; k < block->size(); ++k) {
      ASSERT_TRUE(block->read(k, 9, row));
      flow += 2;
      ASSERT_EQ(row.flow.value, flow);
      auto found = index->find({flow});
      ASSERT_TRUE(found);
      EXPECT_EQ(found->value, row.last.value);
    }
  }
  EXPECT_EQ(flow, 10'000U);
  for (std::uint64_t other : {0ULL, 1ULL, 513ULL, 9'999ULL, 10'001ULL, ~0ULL}) {
    auto found = index->find({other});
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found) << other;
  }
}

TEST_F(IndexFileTest, OfASegmentInWhichNoFlowEndedIsEmpty) {
  write(0);
  auto index = IndexFile::open(path_, segment_);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->blocks(), 0U);
  EXPECT_FALSE(index->find({1}).value());
}

TEST_F(IndexFileTest, IsForItsSegmentAlone) {
  write(3);
  EXPECT_TRUE(IndexFile::open(path_, segment_));
  EXPECT_FALSE(IndexFile::open(path_, {.sequence = 9, .seed = 78}));
  EXPECT_FALSE(IndexFile::open(path_, {.sequence = 8, .seed = 77}));
}

TEST_F(IndexFileTest, LeavesNothingWhenItWasNotFinished) {
  { ASSERT_TRUE(IndexWriter::create(path_, segment_)); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(IndexFileTest, ABitThatFlippedIsNoticedWhereverItIs) {
  write(600);
  std::string good = octets();
  std::vector<std::string> blocks;
  auto index = IndexFile::open(path_, segment_);
  ASSERT_TRUE(index);
  for (std::size_t i = 0; i < index->blocks(); ++i) blocks.emplace_back(index->block(i)->bytes());
  std::uint64_t refused = 0, noticed = 0;
  for (std::size_t at = 0; at < good.size(); at += at < 80 ? 1 : 397) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    put(bad);
    auto opened = IndexFile::open(path_, segment_);
    if (!opened) {
      ++refused;
      continue;
    }
    bool seen = false;
    for (std::size_t i = 0; i < opened->blocks(); ++i) {
      auto block = opened->block(i);
      if (!block) seen = true;
      else EXPECT_EQ(block->bytes(), blocks[i]);
    }
    for (std::uint64_t flow = 2; flow <= 1200; flow += 2) {
      auto found = opened->find({flow});
      if (!found) seen = true;
      else EXPECT_TRUE(*found);
    }
    EXPECT_TRUE(seen) << at;
    ++noticed;
  }
  EXPECT_GE(refused, 72U) << "at least the header's";
  EXPECT_GT(noticed, 50U);
}

TEST_F(IndexFileTest, OneThatIsCutIsNone) {
  write(600);
  std::string good = octets();
  for (std::size_t size = 0; size < good.size(); size += size < 80 ? 1 : 97) {
    put(good.substr(0, size));
    EXPECT_FALSE(IndexFile::open(path_, segment_)) << size;
  }
}

}  // namespace
}  // namespace porthole::flow
