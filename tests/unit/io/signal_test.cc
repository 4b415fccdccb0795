// Signals are sticky, never run their waiter inside raise(), and tell a raise from a deadline.
#include "io/signal.h"

#include <vector>

#include <gtest/gtest.h>

#include "io/task.h"
#include "io/task_scope.h"
#include "support/loops.h"

namespace porthole::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SignalTest : public ::testing::Test {
 protected:
  test::ManualWorld world_;
  Signal signal_{world_.loop};
  std::vector<bool> woken_;
  TaskScope scope_;
};

Task<> wait_once(Signal& signal, std::vector<bool>& woken, Instant deadline) {
  bool raised = co_await signal.wait(deadline);
  woken.push_back(raised);
}

Task<> wait_often(Signal& signal, std::vector<bool>& woken, int times) {
  for (int i = 0; i < times; ++i) {
    bool raised = co_await signal.wait();
    woken.push_back(raised);
  }
}

TEST_F(SignalTest, WakesItsWaiterAfterTheCaller) {
  scope_.spawn(wait_once(signal_, woken_, kNever));
  signal_.raise();
  EXPECT_TRUE(woken_.empty());
  world_.loop.settle();
  EXPECT_EQ(woken_, std::vector<bool>{true});
}

TEST_F(SignalTest, IsStickyUntilSomebodyWaits) {
  signal_.raise();
  signal_.raise();
  scope_.spawn(wait_often(signal_, woken_, 2));
  EXPECT_EQ(woken_, std::vector<bool>{true});  // many raises before the wait are one
  signal_.raise();
  world_.loop.settle();
  EXPECT_EQ(woken_, (std::vector<bool>{true, true}));
}

TEST_F(SignalTest, ManyRaisesWakeOnce) {
  scope_.spawn(wait_often(signal_, woken_, 2));
  for (int i = 0; i < 5; ++i) signal_.raise();
  world_.loop.settle();
  EXPECT_EQ(woken_.size(), 1U);
}

TEST_F(SignalTest, SaysFalseWhenTheDeadlinePassed) {
  scope_.spawn(wait_once(signal_, woken_, world_.loop.now() + seconds(1)));
  world_.loop.advance(milliseconds(999));
  EXPECT_TRUE(woken_.empty());
  world_.loop.advance(milliseconds(10));
  EXPECT_EQ(woken_, std::vector<bool>{false});
  EXPECT_EQ(world_.loop.timers().next_wakeup(), kNever);
}

TEST_F(SignalTest, DisarmsItsDeadlineWhenRaised) {
  scope_.spawn(wait_once(signal_, woken_, world_.loop.now() + seconds(1)));
  signal_.raise();
  world_.loop.settle();
  EXPECT_EQ(woken_, std::vector<bool>{true});
  EXPECT_EQ(world_.loop.timers().next_wakeup(), kNever);
  world_.loop.advance(seconds(2));
  EXPECT_EQ(woken_.size(), 1U);
}

TEST_F(SignalTest, ADeadlineInThePastEndsTheWaitSoon) {
  scope_.spawn(wait_once(signal_, woken_, world_.loop.now() - seconds(1)));
  world_.loop.advance(milliseconds(10));
  EXPECT_EQ(woken_, std::vector<bool>{false});
}

TEST_F(SignalTest, ARaiseCountsEvenIfTheDeadlinePassesInTheSameTurn) {
  Instant deadline = world_.loop.now() + seconds(1);
  scope_.spawn(wait_once(signal_, woken_, deadline));
  struct Raiser {
    explicit Raiser(Loop& loop, Signal& target)
        : signal(target), timer(Timer::calling<&Raiser::run>(loop.timers(), *this)) {}
    void run() { signal.raise(); }
    Signal& signal;
    Timer timer;
  } raiser(world_.loop, signal_);
  raiser.timer.arm(deadline);  // the signal's own timer is due at the same tick, and first
  world_.loop.advance(seconds(2));
  EXPECT_EQ(woken_, std::vector<bool>{true});
}

Task<> raises_itself(Signal& signal, int times, int& rounds) {
  for (int i = 0; i < times; ++i) {
    signal.raise();
    co_await signal.wait();
    ++rounds;
  }
}

TEST_F(SignalTest, AMillionWaitsThatEndAtOnceNeedNoStack) {
  int rounds = 0;
  scope_.spawn(raises_itself(signal_, 1'000'000, rounds));
  EXPECT_EQ(rounds, 1'000'000);
}

Task<> echo(Signal& heard, Signal& answer, int times, int& rounds) {
  for (int i = 0; i < times; ++i) {
    co_await heard.wait();
    ++rounds;
    answer.raise();
  }
}

TEST_F(SignalTest, TwoTasksWakeEachOtherForeverWithoutTheStack) {
  Signal other(world_.loop);
  int rounds = 0;
  TaskScope scope;
  scope.spawn(echo(signal_, other, 200'000, rounds));
  scope.spawn(echo(other, signal_, 200'000, rounds));
  signal_.raise();
  world_.loop.settle();
  EXPECT_EQ(rounds, 400'000);
}

TEST_F(SignalTest, MayDieAfterItsWaiter) {
  {
    Signal brief(world_.loop);
    TaskScope scope;
    scope.spawn(wait_once(brief, woken_, world_.loop.now() + seconds(1)));
    brief.raise();
  }
  world_.loop.advance(seconds(2));
  EXPECT_TRUE(woken_.empty());
}

TEST_F(SignalTest, AssertsThatOnlyOneWaits) {
  scope_.spawn(wait_once(signal_, woken_, kNever));
  EXPECT_DEATH(scope_.spawn(wait_once(signal_, woken_, kNever)), "waiter_");
}

}  // namespace
}  // namespace porthole::io
