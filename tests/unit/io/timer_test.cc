// The timer wheel against a sorted model: never early, at most one tick late, whatever the distance.
#include "io/timer.h"

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace porthole::io {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kTick(1 << 23);
constexpr Instant kStart{hours(1)};

// A timer that notes when it fired.
struct Alarm {
  Alarm(TimerWheel& wheel, const Instant& present)
      : now(present), timer(Timer::calling<&Alarm::on_time>(wheel, *this)) {}
  void on_time() { fired.push_back(now); }
  const Instant& now;
  std::vector<Instant> fired;
  Timer timer;
};

class TimerWheelTest : public ::testing::Test {
 protected:
  void advance_to(Instant instant) {
    now = instant;
    wheel.advance(now);
  }
  // As a loop does: sleeps until the wheel asks to be woken.
  void run_until(Instant end) {
    while (wheel.next_wakeup() <= end) advance_to(std::max(wheel.next_wakeup(), now));
    advance_to(end);
  }
  Instant now = kStart;
  TimerWheel wheel{kStart};
};

void expect_punctual(const Alarm& alarm, Instant deadline) {
  ASSERT_EQ(alarm.fired.size(), 1U);
  EXPECT_GE(alarm.fired[0], deadline);
  EXPECT_LT(alarm.fired[0], deadline + kTick);
}

TEST_F(TimerWheelTest, FiresAtEveryDistanceInTime) {
  for (Duration distance : std::initializer_list<Duration>{Duration(1), kTick - Duration(1), kTick, kTick + Duration(1),
                                                           63 * kTick, 64 * kTick, 65 * kTick, 4095 * kTick,
                                                           4096 * kTick, 4097 * kTick, 262'143 * kTick, 262'144 * kTick,
                                                           262'145 * kTick, hours(24 * 60), hours(24 * 365 * 10)}) {
    Alarm alarm(wheel, now);
    Instant deadline = now + distance;
    alarm.timer.arm(deadline);
    EXPECT_TRUE(alarm.timer.armed());
    run_until(deadline - Duration(1));
    EXPECT_TRUE(alarm.fired.empty()) << distance.count();
    run_until(deadline + kTick);
    expect_punctual(alarm, deadline);
    EXPECT_FALSE(alarm.timer.armed());
  }
}

TEST_F(TimerWheelTest, FiresAPastDeadlineAtTheNextTick) {
  advance_to(kStart + seconds(5));
  Alarm alarm(wheel, now);
  alarm.timer.arm(kStart);
  EXPECT_TRUE(alarm.fired.empty());  // never inside arm()
  EXPECT_LE(wheel.next_wakeup(), now + kTick);
  run_until(now + kTick);
  EXPECT_EQ(alarm.fired.size(), 1U);
}

TEST_F(TimerWheelTest, ArmedWithNeverIsDisarmed) {
  Alarm alarm(wheel, now);
  alarm.timer.arm(now + seconds(1));
  alarm.timer.arm(kNever);
  EXPECT_FALSE(alarm.timer.armed());
  EXPECT_EQ(wheel.next_wakeup(), kNever);
  run_until(now + hours(1));
  EXPECT_TRUE(alarm.fired.empty());
}

TEST_F(TimerWheelTest, RearmingMovesTheDeadline) {
  Alarm alarm(wheel, now);
  alarm.timer.arm(now + seconds(1));
  alarm.timer.arm(now + seconds(3));
  run_until(kStart + seconds(2));
  EXPECT_TRUE(alarm.fired.empty());
  alarm.timer.arm(kStart + milliseconds(2100));
  run_until(kStart + seconds(9));
  expect_punctual(alarm, kStart + milliseconds(2100));
}

TEST_F(TimerWheelTest, DestroyingATimerDisarmsIt) {
  std::optional<Alarm> alarm;
  alarm.emplace(wheel, now);
  alarm->timer.arm(now + seconds(1));
  alarm.reset();
  run_until(now + seconds(2));
  EXPECT_EQ(wheel.next_wakeup(), kNever);
}

TEST_F(TimerWheelTest, SaysNeverWhenNothingIsArmed) { EXPECT_EQ(wheel.next_wakeup(), kNever); }

TEST_F(TimerWheelTest, WakesAFewTimesForAFarDeadline) {
  Alarm alarm(wheel, now);
  alarm.timer.arm(now + hours(24 * 60));
  int wakeups = 0;
  while (alarm.fired.empty()) {
    ASSERT_LT(++wakeups, 10);
    advance_to(wheel.next_wakeup());
  }
}

TEST_F(TimerWheelTest, CrossesEverySlotBoundaryOfEveryLevel) {
  for (std::uint64_t boundary : {64ULL, 64ULL * 64, 64ULL * 64 * 64, 64ULL * 64 * 64 * 64}) {
    TimerWheel fresh(kStart);
    Instant present = kStart;
    std::vector<std::unique_ptr<Alarm>> alarms;
    std::vector<Instant> deadlines;
    for (std::int64_t offset = -70; offset <= 70; ++offset) {
      auto ticks = static_cast<std::int64_t>(boundary) + offset;
      if (ticks <= 0) continue;
      alarms.push_back(std::make_unique<Alarm>(fresh, present));
      deadlines.push_back(kStart + ticks * kTick);
      alarms.back()->timer.arm(deadlines.back());
    }
    while (fresh.next_wakeup() != kNever) {
      present = fresh.next_wakeup();
      fresh.advance(present);
    }
    for (std::size_t i = 0; i < alarms.size(); ++i) {
      ASSERT_EQ(alarms[i]->fired.size(), 1U);
      EXPECT_EQ(alarms[i]->fired[0], deadlines[i]);
    }
  }
}

// What a process of 60 days has behind it must make no difference to a timer of one second.
TEST_F(TimerWheelTest, IsAsPunctualAfterSixtyDays) {
  run_until(kStart + hours(24 * 60));
  SeededRandom random(5);
  for (int i = 0; i < 2000; ++i) {
    Alarm alarm(wheel, now);
    Instant deadline = now + Duration(random.below(static_cast<std::uint64_t>(Duration(minutes(30)).count())));
    alarm.timer.arm(deadline);
    run_until(deadline + kTick);
    ASSERT_NO_FATAL_FAILURE(expect_punctual(alarm, std::max(deadline, kStart)));
  }
}

TEST_F(TimerWheelTest, FiresOnTimeThroughSixtyDaysOfAHeartbeat) {
  Alarm heart(wheel, now);
  for (std::size_t beat = 1; beat <= 60 * 24 * 6; ++beat) {
    Instant deadline = now + minutes(10);
    heart.timer.arm(deadline);
    run_until(deadline + kTick);
    ASSERT_EQ(heart.fired.size(), beat);
    ASSERT_LT(heart.fired.back(), deadline + kTick);
  }
}

// Random arming, disarming and jumps of time, compared with a map that is sorted by deadline.
class TimerModel {
 public:
  explicit TimerModel(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 50; ++i) alarms_.push_back(std::make_unique<Alarm>(wheel_, now_));
    deadlines_.resize(alarms_.size(), kNever);
  }

  void step() {
    std::size_t i = random_.below(alarms_.size());
    switch (random_.below(6)) {
      case 0:
        alarms_[i]->timer.disarm();
        deadlines_[i] = kNever;
        break;
      case 1: advance(some_time()); break;
      case 2: wait_for_wakeup(); break;
      default:
        deadlines_[i] = now_ + some_time();
        alarms_[i]->timer.arm(deadlines_[i]);
        alarms_[i]->fired.clear();
        break;
    }
    check_wakeup();
  }

 private:
  // From nothing to hours, each order of magnitude as likely.
  Duration some_time() { return Duration(random_.below(1ULL << (10 + random_.below(35)))); }

  void wait_for_wakeup() {
    Instant wakeup = wheel_.next_wakeup();
    if (wakeup != kNever && wakeup > now_) advance(wakeup - now_);
  }

  void advance(Duration step) {
    now_ += step;
    wheel_.advance(now_);
    for (std::size_t i = 0; i < alarms_.size(); ++i) {
      bool fired = !alarms_[i]->fired.empty();
      if (fired) ASSERT_LE(deadlines_[i], now_) << "early";
      if (deadlines_[i] <= now_ - kTick) ASSERT_TRUE(fired) << "late";
      ASSERT_LE(alarms_[i]->fired.size(), 1U) << "twice";
      ASSERT_EQ(alarms_[i]->timer.armed(), deadlines_[i] != kNever && !fired);
      if (fired) {
        alarms_[i]->fired.clear();
        deadlines_[i] = kNever;
      }
    }
  }

  void check_wakeup() {
    Instant first = kNever;
    for (Instant deadline : deadlines_) first = std::min(first, deadline);
    if (first == kNever) ASSERT_EQ(wheel_.next_wakeup(), kNever);
    else ASSERT_LE(wheel_.next_wakeup(), std::max(first, now_) + kTick) << "would wake too late";
  }

  SeededRandom random_;
  Instant now_ = kStart;
  TimerWheel wheel_{kStart};
  std::vector<std::unique_ptr<Alarm>> alarms_;
  std::vector<Instant> deadlines_;
};

TEST(TimerWheel, AgreesWithASortedModel) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    TimerModel model(seed);
    for (int i = 0; i < 400; ++i) {
      ASSERT_NO_FATAL_FAILURE(model.step()) << "seed " << seed << " step " << i;
    }
  }
}

// Callbacks that meddle with timers, their own and others'.
struct Meddler {
  Meddler(TimerWheel& wheel, std::function<void()> what)
      : action(std::move(what)), timer(Timer::calling<&Meddler::run>(wheel, *this)) {}
  void run() {
    ++runs;
    action();
  }
  std::function<void()> action;
  int runs = 0;
  Timer timer;
};

TEST_F(TimerWheelTest, ACallbackMayDisarmATimerOfTheSameTick) {
  Alarm victim(wheel, now);
  Meddler first(wheel, [&victim] { victim.timer.disarm(); });
  Instant deadline = now + seconds(1);
  first.timer.arm(deadline);
  victim.timer.arm(deadline);
  run_until(now + seconds(2));
  EXPECT_EQ(first.runs, 1);
  EXPECT_TRUE(victim.fired.empty());
}

TEST_F(TimerWheelTest, ACallbackMayDestroyTimersOfTheSameTick) {
  std::vector<std::unique_ptr<Alarm>> victims;
  Meddler first(wheel, [&victims] { victims.clear(); });
  Instant deadline = now + seconds(1);
  first.timer.arm(deadline);
  for (int i = 0; i < 10; ++i) {
    victims.push_back(std::make_unique<Alarm>(wheel, now));
    victims.back()->timer.arm(deadline);
  }
  run_until(now + seconds(2));
  EXPECT_EQ(first.runs, 1);
}

TEST_F(TimerWheelTest, ACallbackMayDestroyItsOwnTimer) {
  struct Suicide {
    Suicide(TimerWheel& wheel, std::unique_ptr<Suicide>& owner)
        : self(owner), timer(Timer::calling<&Suicide::run>(wheel, *this)) {}
    void run() { self.reset(); }
    std::unique_ptr<Suicide>& self;
    Timer timer;
  };
  std::unique_ptr<Suicide> self;
  self = std::make_unique<Suicide>(wheel, self);
  self->timer.arm(now + seconds(1));
  run_until(now + seconds(2));
  EXPECT_EQ(self, nullptr);
}

TEST_F(TimerWheelTest, ACallbackMayRearmItself) {
  Meddler* again = nullptr;
  Meddler meddler(wheel, [this, &again] {
    if (again->runs < 5) again->timer.arm(now + milliseconds(100));
  });
  again = &meddler;
  meddler.timer.arm(now + milliseconds(100));
  run_until(now + seconds(10));
  EXPECT_EQ(meddler.runs, 5);
}

TEST_F(TimerWheelTest, RearmingIntoThePastDoesNotHangTheTurn) {
  Meddler* again = nullptr;
  Meddler meddler(wheel, [&again] { again->timer.arm(kStart); });
  again = &meddler;
  meddler.timer.arm(kStart);
  advance_to(kStart + 10 * kTick);
  EXPECT_GE(meddler.runs, 1);
  EXPECT_LE(meddler.runs, 10);  // once a tick at most
}

TEST_F(TimerWheelTest, FiresInTheOrderOfTicksAfterALongPause) {
  std::vector<int> order;
  Meddler third(wheel, [&order] { order.push_back(3); });
  Meddler first(wheel, [&order] { order.push_back(1); });
  Meddler second(wheel, [&order] { order.push_back(2); });
  third.timer.arm(now + hours(3));
  first.timer.arm(now + milliseconds(20));
  second.timer.arm(now + minutes(2));
  advance_to(now + hours(5));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace porthole::io
