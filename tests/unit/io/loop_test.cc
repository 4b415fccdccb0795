// The loop's queue, its posted work, its graveyard and its room to read into, with time moved by hand.
#include "io/loop.h"

#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/loops.h"

namespace porthole::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Something to run, once or again.
struct Action final : Runnable {
  explicit Action(std::function<void()> what) : action(std::move(what)) {}
  void run() override { action(); }
  std::function<void()> action;
};

class LoopTest : public ::testing::Test {
 protected:
  test::ManualWorld world_;
  ManualLoop& loop_ = world_.loop;
  std::string story_;
};

TEST_F(LoopTest, RunsWhatIsQueuedInOrderAndOnce) {
  Action a([this] { story_ += "a"; }), b([this] { story_ += "b"; });
  loop_.run_soon(b);
  loop_.run_soon(a);
  loop_.run_soon(b);
  EXPECT_EQ(story_, "");
  loop_.settle();
  EXPECT_EQ(story_, "ba");
}

TEST_F(LoopTest, WhatRunsMayQueueMore) {
  Action b([this] { story_ += "b"; });
  Action a([this, &b] {
    story_ += "a";
    loop_.run_soon(b);
  });
  loop_.run_soon(a);
  loop_.settle();
  EXPECT_EQ(story_, "ab");
}

TEST_F(LoopTest, TheNextTurnComesAfterEverythingOfThisOne) {
  Action last([this] { story_ += "z"; }), b([this] { story_ += "b"; });
  Action a([this, &b, &last] {
    story_ += "a";
    loop_.run_next_turn(last);
    loop_.run_soon(b);
  });
  loop_.run_soon(a);
  loop_.settle();
  EXPECT_EQ(story_, "abz");
}

TEST_F(LoopTest, DestroyingTakesOffTheQueue) {
  {
    Action a([this] { story_ += "a"; });
    loop_.run_soon(a);
  }
  auto victim = std::make_unique<Action>([this] { story_ += "v"; });
  Action killer([&victim] { victim.reset(); });
  loop_.run_soon(killer);
  loop_.run_soon(*victim);
  loop_.settle();
  EXPECT_EQ(story_, "");
}

TEST_F(LoopTest, RunsPostedWorkInOrder) {
  loop_.post([this] { story_ += "1"; });
  loop_.post([this] { story_ += "2"; });
  EXPECT_EQ(story_, "");
  loop_.settle();
  EXPECT_EQ(story_, "12");
}

TEST_F(LoopTest, SettlesOnlyWhenWorkPostedByWorkHasRun) {
  loop_.post([this] {
    story_ += "1";
    loop_.post([this] {
      story_ += "2";
      loop_.post([this] { story_ += "3"; });
    });
  });
  loop_.settle();
  EXPECT_EQ(story_, "123");
}

TEST_F(LoopTest, RunsWhatOtherThreadsPost) {
  int sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &sum] {
      for (int n = 0; n < 1000; ++n) loop_.post([&sum] { ++sum; });
    });
  }
  while (sum < 4000) loop_.settle();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 4000);
}

TEST_F(LoopTest, FiresTimersWhileTimeIsMoved) {
  struct Ticker {
    Ticker(Loop& loop, std::string& out)
        : owner(loop), story(out), timer(Timer::calling<&Ticker::run>(loop.timers(), *this)) {}
    void run() {
      times.push_back(owner.now());
      timer.arm(owner.now() + milliseconds(100));
    }
    Loop& owner;
    std::string& story;
    std::vector<Instant> times;
    Timer timer;
  } ticker(loop_, story_);
  Instant start = loop_.now();
  ticker.timer.arm(start + milliseconds(100));
  loop_.advance(seconds(1));
  EXPECT_EQ(loop_.now(), start + seconds(1));
  ASSERT_GE(ticker.times.size(), 9U);  // each up to a tick late: 1 s holds nine or ten
  for (std::size_t i = 1; i < ticker.times.size(); ++i) {
    EXPECT_LT(ticker.times[i] - ticker.times[i - 1], milliseconds(109));  // what a timer starts sees the right time
  }
}

TEST_F(LoopTest, TimeStandsStillWithinATurn) {
  Instant before = loop_.now();
  world_.clock.advance(seconds(1));
  EXPECT_EQ(loop_.now(), before);
  loop_.settle();
  EXPECT_EQ(loop_.now(), before + seconds(1));
}

struct Coffin final : Buried {
  explicit Coffin(std::function<void()> last_words) : on_death(std::move(last_words)) {}
  ~Coffin() override { on_death(); }
  std::function<void()> on_death;
};

TEST_F(LoopTest, BuriesAtTheEndOfTheTurn) {
  Action b([this] { story_ += "b"; });
  Action a([this, &b] {
    loop_.bury(std::make_unique<Coffin>([this] { story_ += "+"; }));
    story_ += "a";
    loop_.run_soon(b);
  });
  loop_.run_soon(a);
  loop_.settle();
  EXPECT_EQ(story_, "ab+");
}

TEST_F(LoopTest, TheDyingMayBuryOthers) {
  std::function<void(int)> bury = [&](int depth) {
    loop_.bury(std::make_unique<Coffin>([this, &bury, depth] {
      story_ += std::to_string(depth);
      for (int i = 0; i < 3 && depth > 0; ++i) bury(depth - 1);
    }));
  };
  for (int i = 0; i < 3; ++i) bury(2);
  loop_.settle();
  EXPECT_EQ(story_.size(), 3U + 9U + 27U);
}

TEST_F(LoopTest, TheDyingMayMakeOthersRun) {
  Action a([this] { story_ += "a"; });
  loop_.bury(std::make_unique<Coffin>([this, &a] { loop_.run_soon(a); }));
  loop_.settle();
  EXPECT_EQ(story_, "a");
}

TEST_F(LoopTest, ReadsIntoTheSameMemoryWhenNobodyKeptIt) {
  char* first = loop_.read_room().data();
  { Bytes bytes = loop_.take(100); }
  EXPECT_EQ(loop_.read_room().data(), first);
  EXPECT_EQ(loop_.blocks().in_use(), Block::kLarge);
}

TEST_F(LoopTest, ReadsBehindWhatSomebodyKept) {
  std::vector<Bytes> kept;
  for (int i = 0; i < 100; ++i) {
    std::span<char> room = loop_.read_room();
    ASSERT_GE(room.size(), Loop::kReadMin);
    std::memset(room.data(), i, 1000);
    kept.push_back(loop_.take(1000));
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(kept[static_cast<std::size_t>(i)].view(), std::string(1000, static_cast<char>(i)));
  }
  EXPECT_LE(loop_.blocks().in_use(), 4 * Block::kLarge);  // 100 kB in blocks of 64: they share
  kept.clear();
  EXPECT_EQ(loop_.blocks().in_use(), Block::kLarge);
}

TEST_F(LoopTest, GivesRoomAgainWithoutTake) {
  char* first = loop_.read_room().data();
  EXPECT_EQ(loop_.read_room().data(), first);  // a read that brought nothing
}

}  // namespace
}  // namespace porthole::io
