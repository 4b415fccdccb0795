// See signals.h.
#include "app/signals.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace porthole::app {
namespace {

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  return set;
}

}  // namespace

Signals::Signals() {
  sigset_t set = our_signals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  wakeup_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signals_ < 0 || wakeup_ < 0) throw std::system_error(errno, std::generic_category(), "signals");
}

Signals::~Signals() {
  ::close(signals_);
  ::close(wakeup_);
}

Signals::Event Signals::wait(std::optional<Duration> patience) {
  while (true) {
    signalfd_siginfo info{};
    if (::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
      if (info.ssi_signo == SIGHUP) return Event::reload;
      if (info.ssi_signo == SIGUSR1) return Event::reopen;
      return Event::stop;
    }
    std::uint64_t count = 0;
    if (::read(wakeup_, &count, sizeof count) == static_cast<ssize_t>(sizeof count)) return Event::woken;
    std::array<pollfd, 2> wanted = {{{signals_, POLLIN, 0}, {wakeup_, POLLIN, 0}}};
    timespec span{};
    if (patience) {
      span.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(*patience).count();
      span.tv_nsec = (*patience % std::chrono::seconds(1)).count();
    }
    int ready = ::ppoll(wanted.data(), wanted.size(), patience ? &span : nullptr, nullptr);
    if (ready == 0) return Event::timeout;
  }
}

void Signals::wake() {
  std::uint64_t one = 1;
  // Only a counter near 2^64 could refuse.
  [[maybe_unused]] ssize_t n = ::write(wakeup_, &one, sizeof one);
}

}  // namespace porthole::app
