// The loop itself: which slots are busy, when the run is over. What one slot does with its connection is exchange.cc.
#include "pload/load.h"

#include <algorithm>
#include <array>
#include <span>

#include <poll.h>
#include <unistd.h>

namespace porthole::pload {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;
constexpr std::size_t kOpeningAtOnce = 64;  // idle modes: the opening must not overflow a peer's backlog

std::chrono::nanoseconds seconds(double value) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(value));
}

}  // namespace

Load::Load(const Options& options)
    : options_(options),
      requests_(make_requests(options)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      slots_(options.connections),
      buffer_(kBufferBytes),
      begun_(Clock::now()),
      end_(begun_ + seconds(options.seconds)),
      next_expiry_(begun_),
      window_(options.idle() ? kOpeningAtOnce : options.connections) {}

Load::~Load() {
  for (Slot& slot : slots_) {
    if (slot.fd >= 0) ::close(slot.fd);
  }
  ::close(epoll_);
}

void Load::run() {
  fill();
  while (busy_ > 0) {
    over_ = over_ || Clock::now() >= end_;
    turn(std::chrono::milliseconds{20});
  }
}

void Load::open_all() {
  fill();
  while (busy_ > 0) {
    over_ = over_ || Clock::now() >= end_;
    turn(std::chrono::milliseconds{20});
    if (!over_) fill();
  }
}

void Load::hold() {
  const auto until = Clock::now() + seconds(options_.hold_seconds);
  while (Clock::now() < until) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    std::array<char, 256> ignored{};
    if (poll(&input, 1, 0) > 0 && read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0) return;
    turn(std::chrono::milliseconds{20});
  }
}

void Load::probe() {
  over_ = false;
  std::size_t next_slot = 0;
  do {
    while (busy_ < window_ && next_slot < slots_.size()) {
      Slot& slot = slots_[next_slot++];
      if (slot.phase != Phase::kIdle) continue;
      slot.probed = true;
      ++busy_;
      exchange(slot);
    }
    turn(std::chrono::milliseconds{20});
  } while (busy_ > 0 || next_slot < slots_.size());
}

void Load::fill() {
  while (busy_ < window_ && started_slots_ < slots_.size() && claim()) {
    Slot& slot = slots_[started_slots_++];
    ++busy_;
    open(slot);
  }
}

void Load::turn(std::chrono::milliseconds wait) {
  std::array<epoll_event, 256> events{};
  if (!paced_.empty()) wait = std::min(wait, std::chrono::milliseconds{1});
  const int count =
      epoll_wait(epoll_, events.data(), events.size(), reopen_.empty() ? static_cast<int>(wait.count()) : 0);
  for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
    on_event(slots_[event.data.u32], event.events);
  }

  release_paced();
  // A slot that lost its connection is opened here and not where it was lost: opening may fail at once, again and again.
  std::vector<Slot*> reopen;
  reopen.swap(reopen_);
  for (Slot* slot : reopen) open(*slot);

  if (const auto now = Clock::now(); now >= next_expiry_) {
    next_expiry_ = now + std::chrono::milliseconds{250};
    expire();
  }
}

void Load::expire() {
  const auto limit = Clock::now() - seconds(options_.timeout_seconds);
  for (Slot& slot : slots_) {
    if ((slot.phase == Phase::kTunnel || slot.phase == Phase::kExchange) && slot.started < limit) {
      fail(slot, Failure::kTimeout);
    }
  }
}

bool Load::claim() {
  if (over_ || (options_.requests_max > 0 && claimed_ == options_.requests_max)) return false;
  ++claimed_;
  return true;
}

// The slot's request has ended; its connection is gone (kReopen) or free (kExchange).
void Load::next(Slot& slot) {
  if (options_.rate == 0 || options_.idle() || over_) return begin_next(slot);
  slot.phase = Phase::kPaced;
  paced_.push_back(&slot);
}

void Load::release_paced() {
  const std::chrono::duration<double> passed = Clock::now() - begun_;
  const auto due = static_cast<std::uint64_t>(passed.count() * options_.rate);
  while (!paced_.empty() && (over_ || claimed_ < due)) {
    Slot& slot = *paced_.front();
    paced_.pop_front();
    begin_next(slot);
  }
}

void Load::begin_next(Slot& slot) {
  if (options_.idle() || !claim()) {
    close(slot, Phase::kUnused);
    --busy_;
  } else if (slot.fd < 0) {
    slot.phase = Phase::kReopen;
    reopen_.push_back(&slot);
  } else {
    exchange(slot);
  }
}

}  // namespace porthole::pload
