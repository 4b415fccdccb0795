// Pipes are used again only while empty, and their number is bounded.
#include "io/pipe_pool.h"

#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace porthole::io {
namespace {

TEST(PipePool, LendsAnEmptyPipeAgain) {
  PipePool pool;
  PooledPipe pipe = pool.take();
  ASSERT_TRUE(pipe);
  int read_end = pipe.read_end();
  pipe = PooledPipe();
  EXPECT_FALSE(pipe);
  EXPECT_EQ(pool.take().read_end(), read_end);
}

// Bytes of one connection must never come out of another's pipe.
TEST(PipePool, NeverLendsAPipeThatHoldsBytes) {
  PipePool pool;
  {
    PooledPipe pipe = pool.take();
    ASSERT_EQ(::write(pipe.write_end(), "secret", 6), 6);
    pipe.add(6);
  }
  PooledPipe next = pool.take();
  char room[16];
  EXPECT_EQ(::read(next.read_end(), room, sizeof room), -1);  // EAGAIN: empty
}

TEST(PipePool, ClosesWhatItDoesNotKeep) {
  int before = ::dup(0);
  ::close(before);
  {
    PipePool pool;
    std::vector<PooledPipe> pipes;
    for (int i = 0; i < 100; ++i) pipes.push_back(pool.take());
    for (PooledPipe& pipe : pipes) EXPECT_TRUE(pipe);
  }
  int after = ::dup(0);
  ::close(after);
  EXPECT_EQ(after, before);  // the lowest free descriptor is the same
}

TEST(PipePool, TrimClosesWhatNobodyHoldsAndLendsOn) {
  int before = ::dup(0);
  ::close(before);
  PipePool pool;
  { PooledPipe pipe = pool.take(); }
  pool.trim();
  int after = ::dup(0);
  ::close(after);
  EXPECT_EQ(after, before);
  EXPECT_TRUE(pool.take());
}

TEST(PipePool, LendsABoundedNumber) {
  PipePool pool(2);
  PooledPipe first = pool.take();
  PooledPipe second = pool.take();
  EXPECT_TRUE(second);
  EXPECT_FALSE(pool.take());
  EXPECT_EQ(pool.lent(), 2U);
  first = PooledPipe();
  EXPECT_TRUE(pool.take());
}

TEST(PooledPipe, MovingTransfersThePipeOnce) {
  PipePool pool;
  PooledPipe pipe = pool.take();
  PooledPipe other = std::move(pipe);
  EXPECT_FALSE(pipe);  // NOLINT(bugprone-use-after-move): empty after a move is its contract
  EXPECT_TRUE(other);
}

}  // namespace
}  // namespace porthole::io
