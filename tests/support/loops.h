// Worlds for tests: a loop whose time is moved by hand, and a real one that turns until something became true.
#pragma once

#include <csignal>
#include <utility>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/random.h"
#include "io/epoll_loop.h"
#include "io/loop.h"

namespace porthole::test {

// Everything of one thread, without a descriptor.
struct ManualWorld {
  ManualClock clock;
  SeededRandom random{1};
  io::ManualLoop loop{clock, random};
};

// Real sockets. until() bounds every wait, so that a test which would hang fails instead.
class RealWorld {
 public:
  RealWorld() { std::signal(SIGPIPE, SIG_IGN); }  // as app does: splice knows no MSG_NOSIGNAL

  // Turns the loop until `done()` holds, asked once a turn. False after `patience`.
  template <class Predicate>
  bool until(Predicate done, Duration patience = std::chrono::seconds(20)) {
    Watch<Predicate> watch(loop, std::move(done), clock.now() + patience, clock);
    loop.run_soon(watch);
    loop.run();
    return watch.held;
  }

  SystemClock clock;
  SeededRandom random{1};
  io::EpollLoop loop{clock, random};

 private:
  template <class Predicate>
  struct Watch final : io::Runnable {
    Watch(io::EpollLoop& turning, Predicate predicate, Instant until, const Clock& time)
        : loop(turning), done(std::move(predicate)), end(until), clock(time) {}
    void run() override {
      held = done();
      if (held || clock.now() > end) loop.stop();
      else loop.run_next_turn(*this);
    }
    io::EpollLoop& loop;
    Predicate done;
    Instant end;
    const Clock& clock;
    bool held = false;
  };
};

}  // namespace porthole::test
