// Blocks are reused, counted, and never lost; slices keep them alive.
#include "base/bytes.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace porthole {
namespace {

#if defined(__has_feature) && __has_feature(address_sanitizer)
constexpr bool kKeepsBlocks = false;  // so that a use after the end is found
#else
constexpr bool kKeepsBlocks = true;
#endif

Bytes filled(BlockPool& pool, std::string_view text) {
  BlockRef block = pool.small();
  std::memcpy(block->data(), text.data(), text.size());
  return Bytes(block, block->data(), text.size());
}

TEST(BlockPool, CountsWhatIsHeld) {
  BlockPool pool;
  EXPECT_EQ(pool.in_use(), 0U);
  BlockRef small = pool.small();
  EXPECT_EQ(pool.in_use(), Block::kSmall);
  BlockRef large = pool.large();
  EXPECT_EQ(pool.in_use(), Block::kSmall + Block::kLarge);
  BlockRef again = large;
  large.reset();
  EXPECT_EQ(pool.in_use(), Block::kSmall + Block::kLarge);
  again.reset();
  small.reset();
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(BlockPool, HandsOutTheBlockThatCameBackLast) {
  if (!kKeepsBlocks) return;
  BlockPool pool;
  BlockRef first = pool.large();
  BlockRef second = pool.large();
  Block* last = second.get();
  first.reset();
  second.reset();
  EXPECT_EQ(pool.large().get(), last);
}

TEST(BlockPool, KeepsABoundedNumberOfFreeBlocks) {
  BlockPool pool;
  std::vector<BlockRef> blocks;
  for (std::size_t i = 0; i < 4 * BlockPool::kKeptMax; ++i) blocks.push_back(pool.small());
  blocks.clear();
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(BlockPool, GivesBlocksOfTheSizeAskedFor) {
  BlockPool pool;
  for (int i = 0; i < 3; ++i) {
    BlockRef small = pool.small();
    BlockRef large = pool.large();
    EXPECT_EQ(small->capacity(), Block::kSmall);
    EXPECT_EQ(large->capacity(), Block::kLarge);
    std::memset(small->data(), 1, small->capacity());
    std::memset(large->data(), 2, large->capacity());
  }
}

TEST(BlockPoolDeathTest, AssertsThatEveryBlockCameBack) {
  EXPECT_DEATH(
      {
        BlockRef leaked;
        BlockPool pool;
        leaked = pool.small();
      },
      "in_use_ == 0");
}

TEST(BlockRef, SurvivesAssigningItselfAndMoving) {
  BlockPool pool;
  BlockRef block = pool.small();
  BlockRef& same = block;
  block = same;
  EXPECT_TRUE(block);
  BlockRef other = std::move(block);
  EXPECT_FALSE(block);  // NOLINT(bugprone-use-after-move): empty after a move is its contract
  EXPECT_FALSE(other->shared());
  {
    BlockRef third;
    third = other;
    EXPECT_TRUE(third->shared());
  }
  EXPECT_FALSE(other->shared());
}

TEST(Bytes, KeepItsBlockAliveAsLongAsASliceIsLeft) {
  BlockPool pool;
  Bytes whole = filled(pool, "hello world");
  Bytes part = whole;
  part.remove_prefix(6);
  whole.clear();
  EXPECT_EQ(pool.in_use(), Block::kSmall);
  EXPECT_EQ(part.view(), "world");
  part.clear();
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(Bytes, SplitLeavesBothPartsInPlace) {
  BlockPool pool;
  Bytes rest = filled(pool, "headbody");
  Bytes head = rest.split(4);
  EXPECT_EQ(head.view(), "head");
  EXPECT_EQ(rest.view(), "body");
  EXPECT_EQ(head.data() + 4, rest.data());
  Bytes none = rest.split(0);
  EXPECT_TRUE(none.empty());
  Bytes all = rest.split(4);
  EXPECT_EQ(all.view(), "body");
  EXPECT_TRUE(rest.empty());
}

TEST(Bytes, TruncateCutsTheEnd) {
  Bytes bytes = Bytes::of_static("0123456789");
  bytes.truncate(3);
  EXPECT_EQ(bytes.view(), "012");
  EXPECT_FALSE(bytes.block());
}

TEST(BlockPool, TrimKeepsWhatIsHeld) {
  BlockPool pool;
  BlockRef held = pool.large();
  pool.large();
  pool.small();
  std::memset(held->data(), 'x', held->capacity());
  pool.trim();
  EXPECT_EQ(pool.in_use(), held->capacity());
  EXPECT_EQ(held->data()[held->capacity() - 1], 'x');
  EXPECT_TRUE(pool.large());
}

TEST(BlockPool, AllowsBuffersLittleOnceItsBudgetIsHeld) {
  BlockPool pool;
  EXPECT_EQ(pool.allowance(256_KiB), 256_KiB);
  pool.set_budget(2 * Block::kLarge);
  BlockRef first = pool.large();
  EXPECT_EQ(pool.allowance(256_KiB), 256_KiB);
  BlockRef second = pool.large();
  EXPECT_EQ(pool.allowance(256_KiB), BlockPool::kShort);
  EXPECT_EQ(pool.allowance(4_KiB), 4_KiB) << "never more than its limit";
  second.reset();
  EXPECT_EQ(pool.allowance(256_KiB), 256_KiB);
}

}  // namespace
}  // namespace porthole
