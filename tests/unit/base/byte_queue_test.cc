// ByteQueue against a std::string that does the same: no byte is lost, doubled or moved, and memory stays in proportion.
#include "base/byte_queue.h"

#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace porthole {
namespace {

std::string contents(const ByteQueue& queue) {
  std::vector<iovec> pieces(4096);
  std::size_t count = queue.gather(pieces);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  return text;
}

std::size_t slices(const ByteQueue& queue) {
  std::vector<iovec> pieces(4096);
  return queue.gather(pieces);
}

// `size` bytes that differ from place to place.
std::string letters(Random& random, std::size_t size) {
  std::string text(size, '\0');
  std::uint64_t seed = random.next();
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(seed + i * 7 + (i >> 8));
  return text;
}

// A slice of such bytes in a block of its own.
Bytes slice(BlockPool& pool, Random& random, std::size_t size, std::string& copy) {
  BlockRef block = size <= Block::kSmall ? pool.small() : pool.large();
  std::string text = letters(random, size);
  std::memcpy(block->data(), text.data(), size);
  copy += text;
  return Bytes(block, block->data(), size);
}

// One random operation on both.
void step(ByteQueue& queue, std::string& model, Random& random) {
  switch (random.below(8)) {
    case 0: {
      std::string text = letters(random, random.below(40));
      queue.append(text);
      model += text;
      break;
    }
    case 1: queue.push(slice(queue.pool(), random, random.below(Block::kSmall), model)); break;
    case 2: queue.push(slice(queue.pool(), random, 1 + random.below(Block::kLarge), model)); break;
    case 3: {
      std::size_t room = 1 + random.below(random.below(4) == 0 ? Block::kLarge : 1000);
      std::string text = letters(random, random.below(room + 1));
      std::memcpy(queue.reserve(room), text.data(), text.size());
      queue.commit(text.size());
      model += text;
      break;
    }
    case 4:
    case 5: {
      std::size_t n = random.below(model.size() + 1);
      queue.consume(n);
      model.erase(0, n);
      break;
    }
    case 6:
      if (!queue.empty()) {
        Bytes popped = queue.pop(1 + random.below(5000));
        EXPECT_EQ(popped.view(), model.substr(0, popped.size()));
        model.erase(0, popped.size());
      }
      break;
    default: queue.compact(); break;
  }
}

TEST(ByteQueue, NeverLosesOrReordersAByte) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    BlockPool pool;
    SeededRandom random(seed);
    {
      ByteQueue queue(pool);
      std::string model;
      for (int i = 0; i < 100; ++i) {
        step(queue, model, random);
        ASSERT_EQ(queue.size(), model.size()) << "seed " << seed;
        ASSERT_EQ(queue.empty(), model.empty()) << "seed " << seed;
        ASSERT_EQ(contents(queue), model) << "seed " << seed;
      }
    }
    ASSERT_EQ(pool.in_use(), 0U) << "seed " << seed;
  }
}

TEST(ByteQueue, JoinsSmallPiecesIntoOneSlice) {
  BlockPool pool;
  ByteQueue queue(pool);
  for (int i = 0; i < 100; ++i) queue.append("line\r\n");
  EXPECT_EQ(slices(queue), 1U);
  EXPECT_EQ(pool.in_use(), Block::kSmall);
}

TEST(ByteQueue, SharesLargeSlicesInsteadOfCopyingThem) {
  BlockPool pool;
  SeededRandom random(1);
  std::string model;
  ByteQueue queue(pool);
  Bytes bytes = slice(pool, random, 5000, model);
  const char* data = bytes.data();
  queue.append("head");
  queue.push(std::move(bytes));
  EXPECT_EQ(slices(queue), 2U);
  queue.consume(4);
  EXPECT_EQ(queue.front().data(), data);
}

TEST(ByteQueue, HoldsNoBlockWhenEmpty) {
  BlockPool pool;
  ByteQueue queue(pool);
  queue.append("something");
  queue.reserve(100);
  queue.commit(0);
  queue.consume(9);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST(ByteQueue, ReservesMoreThanASmallBlock) {
  BlockPool pool;
  ByteQueue queue(pool);
  std::memset(queue.reserve(Block::kLarge), 'x', Block::kLarge);
  queue.commit(Block::kLarge);
  EXPECT_EQ(queue.size(), Block::kLarge);
  EXPECT_EQ(contents(queue), std::string(Block::kLarge, 'x'));
}

TEST(ByteQueue, KeepsItsMemoryBoundedWhenItNeverRunsEmpty) {
  BlockPool pool;
  SeededRandom random(2);
  std::string unused;
  ByteQueue queue(pool);
  for (int i = 0; i < 20; ++i) queue.push(slice(pool, random, 1000, unused));
  for (int i = 0; i < 20'000; ++i) {
    BlockRef block = pool.small();
    queue.push(Bytes(block, block->data(), 1000));
    queue.consume(1000);
  }
  EXPECT_EQ(queue.size(), 20'000U);
  EXPECT_EQ(pool.in_use(), 20 * Block::kSmall);
  EXPECT_LE(queue.slots(), 256U);
}

TEST(ByteQueue, GivesItsListBackAfterABurst) {
  BlockPool pool;
  SeededRandom random(3);
  std::string unused;
  ByteQueue queue(pool);
  for (int i = 0; i < 1000; ++i) queue.push(slice(pool, random, 600, unused));
  queue.consume(queue.size());
  EXPECT_LE(queue.slots(), 16U);  // an idle connection keeps next to nothing
}

TEST(ByteQueue, CompactFreesLargeBlocksPinnedByFewBytes) {
  BlockPool pool;
  ByteQueue queue(pool);
  std::string model;
  for (int i = 0; i < 10; ++i) {
    BlockRef block = pool.large();
    std::memset(block->data(), 'a' + i, 600);
    model += std::string(600, static_cast<char>('a' + i));
    queue.push(Bytes(block, block->data(), 600));
  }
  EXPECT_EQ(pool.in_use(), 10 * Block::kLarge);
  queue.compact();
  EXPECT_EQ(contents(queue), model);
  EXPECT_LE(pool.in_use(), 2 * Block::kSmall);
}

TEST(ByteQueue, CompactLeavesFullBlocksWhereTheyAre) {
  BlockPool pool;
  SeededRandom random(4);
  std::string model;
  ByteQueue queue(pool);
  queue.push(slice(pool, random, 60'000, model));
  const char* data = queue.front().data();
  queue.compact();
  EXPECT_EQ(queue.front().data(), data);
}

TEST(ByteQueue, MovesAndLeavesAnEmptyQueueBehind) {
  BlockPool pool;
  ByteQueue queue(pool);
  queue.append("abcdef");
  queue.consume(2);
  ByteQueue other = std::move(queue);
  EXPECT_EQ(contents(other), "cdef");
  EXPECT_TRUE(queue.empty());  // NOLINT(bugprone-use-after-move): empty after a move is its contract
  queue.append("new");
  EXPECT_EQ(contents(queue), "new");
  EXPECT_EQ(queue.size(), 3U);
}

TEST(ByteQueue, PopsSlicesInOrder) {
  BlockPool pool;
  ByteQueue queue(pool);
  queue.push(Bytes::of_static("first"));
  queue.push(Bytes::of_static("second"));
  EXPECT_EQ(queue.pop(2).view(), "fi");
  EXPECT_EQ(queue.pop().view(), "rst");
  EXPECT_EQ(queue.pop().view(), "second");
  EXPECT_TRUE(queue.empty());
}

TEST(ByteQueueDeathTest, AssertsThatNoMoreIsConsumedThanThereIs) {
  BlockPool pool;
  ByteQueue queue(pool);
  queue.append("abc");
  EXPECT_DEATH(queue.consume(4), "n <= size_");
}

}  // namespace
}  // namespace porthole
