// Tasks: lazy, moved not copied, cancelled by destruction, and no deeper in the stack however many of them end at once.
#include "io/task.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "io/signal.h"
#include "io/task_scope.h"
#include "support/loops.h"

namespace porthole::io {
namespace {

Task<int> number(int n) { co_return n; }

Task<> nothing() { co_return; }

Task<std::unique_ptr<int>> boxed(int n) {
  auto box = std::make_unique<int>(n);
  co_return box;
}

Task<int> sum_of(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    int n = co_await number(1);
    sum += n;
    co_await nothing();
  }
  co_return sum;
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  int below = co_await nested(depth - 1);
  co_return below + 1;
}

template <class T>
Task<> store(Task<T> task, T& result) {
  result = co_await std::move(task);
}

Task<> mark(bool& started) {
  started = true;
  co_return;
}

TEST(Task, StartsOnlyWhenAwaited) {
  bool started = false;
  Task<> task = mark(started);
  EXPECT_TRUE(task);
  EXPECT_FALSE(started);
  TaskScope scope;
  scope.spawn(std::move(task));
  EXPECT_TRUE(started);
  EXPECT_TRUE(scope.empty());
}

TEST(Task, HandsOverValuesThatOnlyMove) {
  TaskScope scope;
  std::unique_ptr<int> result;
  scope.spawn(store(boxed(42), result));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 42);
}

// STYLE 25: in every preset, so that neither the optimiser nor a sanitizer decides whether the stack lasts.
TEST(Task, AwaitsAMillionTasksThatEndAtOnceOnOneStack) {
  TaskScope scope;
  int result = 0;
  scope.spawn(store(sum_of(1'000'000), result));
  EXPECT_EQ(result, 1'000'000);
}

TEST(Task, NestsDeepWithoutTheStack) {
  TaskScope scope;
  int result = 0;
  scope.spawn(store(nested(100'000), result));
  EXPECT_EQ(result, 100'000);
}

TEST(Task, MovingLeavesAnEmptyOneBehind) {
  Task<int> task = number(1);
  Task<int> other = std::move(task);
  EXPECT_FALSE(task);  // NOLINT(bugprone-use-after-move): empty after a move is its contract
  EXPECT_TRUE(other);
  other = number(2);
  other = Task<int>();
  EXPECT_FALSE(other);
}

// Notes that a frame's local died.
struct Local {
  explicit Local(int& count) : alive(count) { ++alive; }
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;
  ~Local() { --alive; }
  int& alive;
};

// Stands at the await with the number `stop`, each time in another depth and with another set of locals.
Task<> waits_inside(Signal& signal, int& alive) {
  Local local(alive);
  co_await signal.wait();
}

Task<> stands_at(int stop, Signal& signal, int& alive) {
  Local first(alive);
  if (stop == 0) co_await signal.wait();
  co_await nothing();
  auto second = std::make_unique<Local>(alive);
  if (stop == 1) co_await signal.wait(Instant(std::chrono::hours(2)));
  for (int i = 0; i < 3; ++i) {
    Local in_loop(alive);
    if (stop == 2 + i) co_await waits_inside(signal, alive);
  }
  Task<> child = waits_inside(signal, alive);
  if (stop == 5) co_await std::move(child);
}

TEST(Task, IsCancelledByDestructionAtEachAwait) {
  for (int stop = 0; stop <= 6; ++stop) {
    test::ManualWorld world;
    Signal signal(world.loop);
    int alive = 0;
    {
      TaskScope scope;
      scope.spawn(stands_at(stop, signal, alive));
      EXPECT_EQ(scope.empty(), stop == 6);
      EXPECT_EQ(alive > 0, stop < 6) << stop;
    }
    EXPECT_EQ(alive, 0) << stop;
    signal.raise();  // nobody waits any more
    world.loop.advance(std::chrono::hours(3));
  }
}

TEST(Task, IsCancelledAlsoWhenItsWakeIsAlreadyQueued) {
  test::ManualWorld world;
  Signal signal(world.loop);
  int alive = 0;
  {
    TaskScope scope;
    scope.spawn(waits_inside(signal, alive));
    signal.raise();
  }
  EXPECT_EQ(alive, 0);
  world.loop.settle();
}

TEST(Task, NeverStartedLeavesNothing) {
  test::ManualWorld world;
  Signal signal(world.loop);
  int alive = 0;
  { Task<> task = waits_inside(signal, alive); }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace porthole::io
