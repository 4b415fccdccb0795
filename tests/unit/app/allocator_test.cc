// Memory that goes back: what malloc itself says about large blocks.
#include "app/allocator.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "base/bytes.h"

namespace porthole::app {
namespace {

#if !defined(__has_feature) || \
    !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))  // they bring their own
TEST(Allocator, LargeBlocksAreMappedAndReturned) {
  return_large_memory();
  std::size_t before = ::mallinfo2().hblkhd;
  {
    BlockPool pool;
    std::vector<BlockRef> held;
    for (std::size_t i = 0; i < 2 * BlockPool::kKeptMax; ++i) held.push_back(pool.large());
    EXPECT_GE(::mallinfo2().hblkhd - before, BlockPool::kKeptMax * Block::kLarge);
    held.clear();
    EXPECT_LE(::mallinfo2().hblkhd - before, (BlockPool::kKeptMax + 1) * (Block::kLarge + 8192)) << "kept by the pool";
  }
  EXPECT_EQ(::mallinfo2().hblkhd, before);
}
#endif

}  // namespace
}  // namespace porthole::app
