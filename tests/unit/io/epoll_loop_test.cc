// The real loop: descriptors, wake-ups from other threads, and events that outlived their target.
#include "io/epoll_loop.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support/loops.h"

namespace porthole::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An eventfd that is ready from the start, and what it does when told.
class Ready final : public EpollTarget {
 public:
  Ready(EpollLoop& loop, std::function<void()> action)
      : loop_(loop), action_(std::move(action)), descriptor_(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)) {
    EXPECT_TRUE(loop_.watch(descriptor_, *this, EPOLLIN | EPOLLET));
  }
  ~Ready() {
    loop_.forget(descriptor_, *this);
    ::close(descriptor_);
  }
  void on_events(std::uint32_t) override { action_(); }

 private:
  EpollLoop& loop_;
  std::function<void()> action_;
  int descriptor_;
};

class EpollLoopTest : public ::testing::Test {
 protected:
  test::RealWorld world_;
  EpollLoop& loop_ = world_.loop;
};

TEST_F(EpollLoopTest, ReportsAnEdgeOnce) {
  int events = 0;
  Ready ready(loop_, [&events] { ++events; });
  int turns = 0;
  EXPECT_TRUE(world_.until([&turns] { return ++turns > 10; }));
  EXPECT_EQ(events, 1);
}

// Two targets are ready in the same batch; the first to be told destroys the other.
TEST_F(EpollLoopTest, TellsNothingToATargetThatDiedInTheSameBatch) {
  std::vector<std::unique_ptr<Ready>> targets(50);
  int told = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    targets[i] = std::make_unique<Ready>(loop_, [&targets, &told, i] {
      ++told;
      for (std::size_t other = 0; other < targets.size(); ++other) {
        if (other != i) targets[other].reset();
      }
    });
  }
  int turns = 0;
  EXPECT_TRUE(world_.until([&turns] { return ++turns > 10; }));
  EXPECT_EQ(told, 1);
}

TEST_F(EpollLoopTest, TellsTheNewTargetOfAReusedDescriptorItsOwnEvents) {
  std::unique_ptr<Ready> second, third;
  int told = 0;
  Ready first(loop_, [&] {
    second.reset();  // its event waits in this batch; its descriptor and perhaps its address are used again at once
    third = std::make_unique<Ready>(loop_, [&told] { ++told; });
  });
  second = std::make_unique<Ready>(loop_, [&told] { told += 100; });
  EXPECT_TRUE(world_.until([&told] { return told > 0; }));
  EXPECT_EQ(told, 1);
}

TEST_F(EpollLoopTest, WakesForATimer) {
  struct Waiting {
    explicit Waiting(EpollLoop& owner) : loop(owner), timer(Timer::calling<&Waiting::run>(owner.timers(), *this)) {}
    void run() { loop.stop(); }
    EpollLoop& loop;
    Timer timer;
  } waiting(loop_);
  Instant begin = world_.clock.now();
  waiting.timer.arm(begin + milliseconds(20));
  loop_.run();
  EXPECT_GE(world_.clock.now() - begin, milliseconds(20));
  EXPECT_LT(world_.clock.now() - begin, seconds(2));
}

TEST_F(EpollLoopTest, StopsFromAnotherThreadAndRunsAgain) {
  for (int i = 0; i < 200; ++i) {
    std::thread other([this] { loop_.stop(); });
    loop_.run();
    other.join();
  }
}

// Each post waits until the one before ran: exactly the moment at which a wake-up can be lost.
TEST_F(EpollLoopTest, NeverLosesAWakeUp) {
  std::atomic<int> ran = 0;
  std::atomic<bool> lost = false;
  constexpr int kPosts = 50'000;
  std::thread poster([&] {
    for (int i = 0; i < kPosts && !lost.load(); ++i) {
      loop_.post([&ran] { ran.fetch_add(1); });
      SystemClock clock;
      Instant patience = clock.now() + seconds(10);
      while (ran.load() <= i && !lost.load()) {
        if (clock.now() > patience) lost.store(true);
      }
    }
    loop_.stop();
  });
  loop_.run();
  poster.join();
  EXPECT_FALSE(lost.load());
  EXPECT_EQ(ran.load(), kPosts);
}

TEST_F(EpollLoopTest, RunsWhatManyThreadsPost) {
  int sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &sum] {
      for (int n = 0; n < 5000; ++n) loop_.post([&sum] { ++sum; });
    });
  }
  EXPECT_TRUE(world_.until([&sum] { return sum == 20'000; }));
  for (std::thread& thread : threads) thread.join();
}

TEST_F(EpollLoopTest, WorkPostedByWorkRuns) {
  int depth = 0;
  std::function<void()> again = [&] {
    if (++depth < 100) loop_.post(again);
    else loop_.stop();
  };
  loop_.post(again);
  loop_.run();
  EXPECT_EQ(depth, 100);
}

struct Coffin final : Buried {
  explicit Coffin(EpollLoop& loop) : ready(loop, [] { ADD_FAILURE(); }) {}
  Ready ready;
};

TEST(EpollLoop, DestroysPostedWorkAndTheBuriedWhileItsDescriptorsAreOpen) {
  test::RealWorld world;
  world.loop.bury(std::make_unique<Coffin>(world.loop));
  auto owned = std::make_unique<Coffin>(world.loop);
  world.loop.post([kept = std::move(owned)] { ADD_FAILURE() << kept.get(); });
}

}  // namespace
}  // namespace porthole::io
