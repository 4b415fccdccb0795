// EpollLoop: the Loop of real threads. Descriptors are registered once, edge-triggered, for both directions; epoll_ctl is
// not called again until they close (measured: a call saved per request).
#pragma once

#include <atomic>
#include <cstdint>

#include "io/loop.h"

namespace porthole::io {

// What the kernel reports to; owned by whoever owns the descriptor.
class EpollTarget {
 public:
  virtual void on_events(std::uint32_t epoll_events) = 0;

 protected:
  ~EpollTarget() = default;
};

class EpollLoop final : public Loop {
 public:
  // Aborts when the kernel refuses epoll or eventfd (out of descriptors at start): nothing works without.
  EpollLoop(const Clock& clock, Random& random);
  ~EpollLoop() override;

  // Turns until stop(), or not at all when that was called before; may be called again afterwards. In one thread.
  void run();
  // From any thread. What is queued or posted at that time waits for the next run().
  void stop();

  // False with errno set when the kernel refuses. `events` as for epoll_ctl; EPOLLET is the caller's choice.
  bool watch(int descriptor, EpollTarget& target, std::uint32_t events);
  void change(int descriptor, EpollTarget& target, std::uint32_t events);
  // Call before close(). The target gets no further event, not even one of this turn.
  void forget(int descriptor, EpollTarget& target);
  // The same for a descriptor that is closed right after and was never duplicated: closing takes it out of epoll.
  void forget_closing(EpollTarget& target);

 private:
  void turn();
  void wake() override;
  class Waker;
  int epoll_;
  int wakeup_;  // eventfd
  std::atomic<bool> wake_pending_ = false;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Waker> waker_;
  struct PendingEvents;
  std::unique_ptr<PendingEvents> pending_;  // events of this turn not yet delivered
};

}  // namespace porthole::io
