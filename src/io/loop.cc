// See loop.h. The scratch block is filled from front to back while slices of it are alive, so that many small messages
// held for long share a block; once nobody holds a slice it is used from the front again.
#include "io/loop.h"

namespace porthole::io {

Loop::Loop(const Clock& clock, Random& random)
    : now_(clock.now()), clock_(clock), random_(random), timers_(clock.now()) {}

Loop::~Loop() { scratch_.reset(); }

std::span<char> Loop::read_room() {
  if (scratch_ && !scratch_->shared()) scratch_used_ = 0;
  if (!scratch_ || scratch_->capacity() - scratch_used_ < kReadMin) {
    scratch_ = blocks_.large();
    scratch_used_ = 0;
  }
  std::size_t room = scratch_->capacity() - scratch_used_;
  return {scratch_->data() + scratch_used_, blocks_.short_of_memory() ? std::min(room, kReadMin) : room};
}

Bytes Loop::take(std::size_t n) {
  Bytes bytes(scratch_, scratch_->data() + scratch_used_, n);
  scratch_used_ += n;
  return bytes;
}

void Loop::post(std::move_only_function<void()> work) {
  {
    std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
  }
  wake();
}

void Loop::run_queue() {
  while (Runnable* item = soon_.pop_front()) item->run();
}

void Loop::start_turn() {
  now_ = clock_.now();
  soon_.take_all(next_turn_);
  timers_.advance(now_);
  run_queue();
}

bool Loop::run_posted() {
  {
    std::lock_guard lock(posted_mutex_);
    running_posted_.swap(posted_);
  }
  bool any = !running_posted_.empty();
  for (auto& work : running_posted_) {
    std::exchange(work, nullptr)();
    run_queue();
  }
  running_posted_.clear();
  return any;
}

void Loop::end_turn() {
  while (!graveyard_.empty()) {
    dying_.swap(graveyard_);  // a destructor may bury what its object owned
    dying_.clear();
  }
}

void Loop::discard() {
  {
    std::lock_guard lock(posted_mutex_);
    running_posted_.swap(posted_);
  }
  running_posted_.clear();
  end_turn();
}

void ManualLoop::settle() {
  bool posted = false;
  do {
    start_turn();
    posted = run_posted();
    end_turn();
  } while (posted || has_work());
}

void ManualLoop::advance(Duration step) {
  Instant end = manual_clock_.now() + step;
  settle();
  while (timers().next_wakeup() < end) {  // stop at each timer, so that what it starts sees the right time
    manual_clock_.advance(std::max(timers().next_wakeup() - manual_clock_.now(), Duration(1)));
    settle();
  }
  manual_clock_.advance(end - manual_clock_.now());
  settle();
}

}  // namespace porthole::io
