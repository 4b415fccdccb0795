// See epoll_loop.h. Events of one epoll_wait are delivered one by one, each followed by the run queue, so that what one read
// brought is written before the next read: the bytes are still in the cache and the scratch block is free again.
#include "io/epoll_loop.h"

#include <array>
#include <cerrno>
#include <climits>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"

namespace porthole::io {

struct EpollLoop::PendingEvents {
  static constexpr int kMax = 256;
  std::array<epoll_event, kMax> events;
  int count = 0;
  int next = 0;
};

class EpollLoop::Waker final : public EpollTarget {
 public:
  explicit Waker(EpollLoop& loop) : loop_(loop) {}
  void on_events(std::uint32_t) override {
    std::uint64_t count = 0;
    (void)!::read(loop_.wakeup_, &count, sizeof count);
    // In this order: whoever posts after the exchange writes to the eventfd again; whoever found the flag still set has
    // posted before, and is served now. The exchange also shows this thread what the others wrote before theirs.
    loop_.wake_pending_.exchange(false);
    loop_.run_posted();
  }

 private:
  EpollLoop& loop_;
};

EpollLoop::EpollLoop(const Clock& clock, Random& random)
    : Loop(clock, random),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      waker_(std::make_unique<Waker>(*this)),
      pending_(std::make_unique<PendingEvents>()) {
  PH_ASSERT(epoll_ >= 0);
  PH_ASSERT(wakeup_ >= 0);
  PH_ASSERT(watch(wakeup_, *waker_, EPOLLIN | EPOLLET));
}

EpollLoop::~EpollLoop() {
  discard();  // streams among it still forget their descriptors here
  ::close(wakeup_);
  ::close(epoll_);
}

bool EpollLoop::watch(int descriptor, EpollTarget& target, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EpollLoop::change(int descriptor, EpollTarget& target, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  PH_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void EpollLoop::forget(int descriptor, EpollTarget& target) {
  epoll_event unused{};
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, &unused);
  forget_closing(target);
}

void EpollLoop::forget_closing(EpollTarget& target) {
  for (int i = pending_->next; i < pending_->count; ++i) {
    epoll_event& event = pending_->events[static_cast<std::size_t>(i)];
    if (event.data.ptr == &target) event.data.ptr = nullptr;
  }
}

void EpollLoop::wake() {
  if (wake_pending_.exchange(true)) return;
  std::uint64_t one = 1;
  (void)!::write(wakeup_, &one, sizeof one);
}

void EpollLoop::stop() {
  stopping_.store(true);
  wake();
}

void EpollLoop::run() {
  while (!stopping_.load(std::memory_order_relaxed)) turn();
  stopping_.store(false);
}

void EpollLoop::turn() {
  int timeout_ms = 0;
  if (!has_work()) {
    Instant next = timers().next_wakeup();
    if (next == kNever) {
      timeout_ms = -1;
    } else {
      auto left = next - clock().now();
      auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, INT_MAX));
    }
  }
  int count = ::epoll_wait(epoll_, pending_->events.data(), PendingEvents::kMax, timeout_ms);
  PH_ASSERT(count >= 0 || errno == EINTR);
  pending_->count = std::max(count, 0);
  pending_->next = 0;
  start_turn();
  while (pending_->next < pending_->count) {
    epoll_event& event = pending_->events[static_cast<std::size_t>(pending_->next++)];
    if (!event.data.ptr) continue;
    static_cast<EpollTarget*>(event.data.ptr)->on_events(event.events);
    run_queue();
  }
  end_turn();
}

}  // namespace porthole::io
