// Loop is one thread's world: its clock, its timers, its run queue, its memory. Sockets live behind it (EpollLoop); tests
// and the simulation use ManualLoop, where nothing happens until time is moved by hand.
//
// One turn: an event's callback runs, then everything it made runnable (coroutines, flushes), then the next event. Callbacks
// never resume coroutines directly: they raise Signals, which queue here. So no object is destroyed under its caller.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/intrusive_list.h"
#include "base/random.h"
#include "io/timer.h"

namespace porthole::io {

struct RunTag;
using RunLink = TaggedLink<RunTag>;

// Something to run once, soon. Destroying it takes it off the queue.
class Runnable : public RunLink {
 public:
  virtual void run() = 0;

 protected:
  ~Runnable() = default;
};

// An object whose destruction must wait until no event of this turn can still point at it.
class Buried {
 public:
  virtual ~Buried() = default;
};

class Loop {
 public:
  // Both outlive the loop.
  Loop(const Clock& clock, Random& random);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop();

  // The time of this turn; stands still within it.
  Instant now() const { return now_; }
  const Clock& clock() const { return clock_; }
  Random& random() { return random_; }
  TimerWheel& timers() { return timers_; }
  BlockPool& blocks() { return blocks_; }

  // Runs after the present callback, before the next event; FIFO. No effect when queued already.
  void run_soon(Runnable& item) {
    if (!item.linked()) soon_.push_back(item);
  }
  // Runs in the next turn, after waiting events had theirs: the fair place for more of a bulk transfer.
  void run_next_turn(Runnable& item) {
    if (!item.linked()) next_turn_.push_back(item);
  }
  // From any thread: runs in the loop's thread. Never blocks but for a short lock.
  void post(std::move_only_function<void()> work);
  // Destroyed at the end of the turn.
  void bury(std::unique_ptr<Buried> object) { graveyard_.push_back(std::move(object)); }
  // Destroys what is buried now: for an owner that dies between turns, before what its buried objects refer to.
  void empty_graveyard() { end_turn(); }

  // Room to read into: at least kReadMin bytes. After reading n bytes, take(n) makes them a slice; memory that nobody kept
  // is used again by the next read.
  static constexpr std::size_t kReadMin = 16 * 1024;
  std::span<char> read_room();
  Bytes take(std::size_t n);

 protected:
  void run_queue();   // everything soon
  void start_turn();  // refreshes now(), moves next-turn items to the queue, runs timers
  bool run_posted();  // and what it made runnable; false when nothing was posted
  void end_turn();    // empties the graveyard, also of what is buried meanwhile
  void discard();     // destroys posted work and the buried: before the loop's own descriptors close
  bool has_work() const { return !soon_.empty() || !next_turn_.empty(); }
  virtual void wake() = 0;  // from any thread: end a wait

  Instant now_;

 private:
  const Clock& clock_;
  Random& random_;
  BlockPool blocks_;
  BlockRef scratch_;
  std::size_t scratch_used_ = 0;
  TimerWheel timers_;
  List<Runnable, RunLink> soon_;
  List<Runnable, RunLink> next_turn_;
  std::vector<std::unique_ptr<Buried>> graveyard_;
  std::vector<std::unique_ptr<Buried>> dying_;
  std::mutex posted_mutex_;
  std::vector<std::move_only_function<void()>> posted_;
  std::vector<std::move_only_function<void()>> running_posted_;
};

// A loop for tests: no descriptors. settle() runs until nothing is runnable; advance() moves the clock and settles.
class ManualLoop final : public Loop {
 public:
  ManualLoop(ManualClock& clock, Random& random) : Loop(clock, random), manual_clock_(clock) {}
  void settle();
  void advance(Duration step);

 private:
  void wake() override {}
  ManualClock& manual_clock_;
};

}  // namespace porthole::io
