// Signals as events of one thread.
#include "app/signals.h"

#include <csignal>

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

namespace porthole::app {
namespace {

using namespace std::chrono_literals;
using Event = Signals::Event;

TEST(Signals, EachSignalIsItsEvent) {
  Signals signals;
  for (auto [number, event] :
       {std::pair(SIGTERM, Event::stop), {SIGINT, Event::stop}, {SIGHUP, Event::reload}, {SIGUSR1, Event::reopen}}) {
    ASSERT_EQ(::kill(::getpid(), number), 0);
    EXPECT_EQ(signals.wait(10s), event) << number;
  }
  EXPECT_EQ(signals.wait(1ms), Event::timeout);
}

TEST(Signals, AnotherThreadWakesIt) {
  Signals signals;
  signals.wake();
  signals.wake();
  EXPECT_EQ(signals.wait(10s), Event::woken);
  EXPECT_EQ(signals.wait(0ms), Event::timeout) << "wakes are counted together";
}

TEST(Signals, ABrokenPipeIsAnErrorNotTheEnd) {
  Signals signals;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  ::close(ends[1]);
}

}  // namespace
}  // namespace porthole::app
