// A scope owns its running tasks: they leave by themselves, or die with it.
#include "io/task_scope.h"

#include <vector>

#include <gtest/gtest.h>

#include "io/signal.h"
#include "support/loops.h"

namespace porthole::io {
namespace {

class TaskScopeTest : public ::testing::Test {
 protected:
  test::ManualWorld world_;
  std::vector<std::string> story_;
};

Task<> wait_and_tell(Signal& signal, std::vector<std::string>& story, std::string name) {
  story.push_back(name + " starts");
  co_await signal.wait();
  story.push_back(name + " ends");
}

TEST_F(TaskScopeTest, RunsUntilTheFirstSuspensionBeforeSpawnReturns) {
  Signal signal(world_.loop);
  TaskScope scope;
  scope.spawn(wait_and_tell(signal, story_, "a"));
  EXPECT_EQ(story_, (std::vector<std::string>{"a starts"}));
  EXPECT_FALSE(scope.empty());
  signal.raise();
  world_.loop.settle();
  EXPECT_EQ(story_.back(), "a ends");
  EXPECT_TRUE(scope.empty());
}

TEST_F(TaskScopeTest, ForgetsATaskThatEndsAtOnce) {
  Signal signal(world_.loop);
  signal.raise();
  TaskScope scope;
  for (int i = 0; i < 1000; ++i) {
    signal.raise();
    scope.spawn(wait_and_tell(signal, story_, "a"));
    ASSERT_TRUE(scope.empty());
  }
  EXPECT_EQ(story_.size(), 2000U);
}

TEST_F(TaskScopeTest, CancelsTheRestInOrderWhenItDies) {
  Signal a(world_.loop), b(world_.loop), c(world_.loop);
  {
    TaskScope scope;
    scope.spawn(wait_and_tell(a, story_, "a"));
    scope.spawn(wait_and_tell(b, story_, "b"));
    scope.spawn(wait_and_tell(c, story_, "c"));
    b.raise();
    world_.loop.settle();
    EXPECT_EQ(story_.back(), "b ends");
  }
  a.raise();
  c.raise();
  world_.loop.settle();
  EXPECT_EQ(story_.back(), "b ends");
}

// A guard in one task raises a signal of another while both are being cancelled.
struct RaisesAtItsEnd {
  explicit RaisesAtItsEnd(Signal& other) : signal(other) {}
  RaisesAtItsEnd(const RaisesAtItsEnd&) = delete;
  RaisesAtItsEnd& operator=(const RaisesAtItsEnd&) = delete;
  ~RaisesAtItsEnd() { signal.raise(); }
  Signal& signal;
};

Task<> guarded(Signal& own, Signal& other) {
  RaisesAtItsEnd guard(other);
  co_await own.wait();
}

TEST_F(TaskScopeTest, SurvivesTasksThatWakeEachOtherWhileDying) {
  Signal a(world_.loop), b(world_.loop);
  {
    TaskScope scope;
    scope.spawn(guarded(a, b));
    scope.spawn(guarded(b, a));
  }
  world_.loop.settle();
}

Task<> spawns(TaskScope& scope, Signal& signal, std::vector<std::string>& story) {
  scope.spawn(wait_and_tell(signal, story, "child"));
  story.push_back("parent ends");
  co_return;
}

TEST_F(TaskScopeTest, ATaskMaySpawnIntoItsOwnScope) {
  Signal signal(world_.loop);
  TaskScope scope;
  scope.spawn(spawns(scope, signal, story_));
  EXPECT_EQ(story_, (std::vector<std::string>{"child starts", "parent ends"}));
  EXPECT_FALSE(scope.empty());
}

TEST_F(TaskScopeTest, CanBeUsedOnAfterCancelling) {
  Signal signal(world_.loop);
  TaskScope scope;
  scope.spawn(wait_and_tell(signal, story_, "a"));
  scope.cancel_all();
  EXPECT_TRUE(scope.empty());
  scope.spawn(wait_and_tell(signal, story_, "b"));
  signal.raise();
  world_.loop.settle();
  EXPECT_EQ(story_, (std::vector<std::string>{"a starts", "b starts", "b ends"}));
}

}  // namespace
}  // namespace porthole::io
