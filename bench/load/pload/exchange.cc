// What one slot does with its connection: open, send, read, and say how the request ended. The loop around is load.cc.
#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pload/load.h"
#include "pload/loopback.h"

namespace porthole::pload {
namespace {

constexpr std::uint64_t kDiscardMax = 8 << 20;
constexpr int kReadsAtOnce = 8;  // then the other slots have their turn; epoll reports the rest again
constexpr int kReportsMax = 3;

void set(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

}  // namespace

void Load::open(Slot& slot) {
  slot.started = Clock::now();
  slot.fresh = true;
  slot.phase = Phase::kTunnel;
  slot.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (slot.fd < 0) return fail(slot, Failure::kConnect);
  set(slot.fd, IPPROTO_TCP, TCP_NODELAY);
  if (options_.sources > 1) {
    const sockaddr_in source = loopback_source(sources_used_++, static_cast<unsigned>(options_.sources));
    set(slot.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    if (bind(slot.fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) < 0)
      return fail(slot, Failure::kConnect);
  }
  if (connect(slot.fd, reinterpret_cast<const sockaddr*>(&options_.proxy), sizeof options_.proxy) < 0 &&
      errno != EINPROGRESS) {
    return errno == ECONNREFUSED ? on_refused(slot) : fail(slot, Failure::kConnect);
  }
  epoll_event event{.events = EPOLLIN, .data = {.u32 = static_cast<std::uint32_t>(&slot - slots_.data())}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, slot.fd, &event);

  if (options_.tunnels()) {
    slot.reader.begin(ResponseReader::Answers::kConnect, false);
    slot.outgoing = requests_.connect;
    flush(slot);
  } else {
    exchange(slot);
  }
}

void Load::exchange(Slot& slot) {
  // One short exchange per connection is timed from its connect() on, for that is what it costs.
  if (!options_.one_request_each()) slot.started = Clock::now();
  slot.phase = Phase::kExchange;
  slot.reader.begin(ResponseReader::Answers::kRequest, options_.verify);
  slot.outgoing = requests_.exchange;
  flush(slot);
}

void Load::flush(Slot& slot) {
  while (!slot.outgoing.empty()) {
    const ssize_t sent = send(slot.fd, slot.outgoing.data(), slot.outgoing.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN || errno == ENOTCONN) return watch(slot, true);
      if (errno == ECONNREFUSED) return on_refused(slot);
      break;  // shows again when reading, after the answer that may stand in front of a reset
    }
    slot.outgoing.remove_prefix(static_cast<std::size_t>(sent));
  }
  watch(slot, false);
}

void Load::watch(Slot& slot, bool sending) {
  if (slot.waits_to_send == sending) return;
  slot.waits_to_send = sending;
  epoll_event event{.events = EPOLLIN, .data = {.u32 = static_cast<std::uint32_t>(&slot - slots_.data())}};
  if (sending) event.events |= EPOLLOUT;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, slot.fd, &event);
}

void Load::on_event(Slot& slot, std::uint32_t events) {
  if (slot.fd < 0) return;
  if ((events & EPOLLOUT) != 0) flush(slot);
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) == 0) return;
  for (int reads = 0; reads < kReadsAtOnce && slot.fd >= 0; ++reads) {
    if (!read_some(slot)) return;
  }
}

// Returns false when there is no more to read for now.
bool Load::read_some(Slot& slot) {
  const std::uint64_t discardable = slot.phase == Phase::kExchange ? slot.reader.discardable() : 0;
  // MSG_TRUNC on TCP drops bytes without copying them: the load tool shall not be what is measured.
  const ssize_t got = discardable > 0 ? recv(slot.fd, buffer_.data(), std::min(discardable, kDiscardMax), MSG_TRUNC)
                                      : recv(slot.fd, buffer_.data(), buffer_.size(), 0);
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return false;
    if (errno == ECONNREFUSED) {
      on_refused(slot);
    } else {
      on_closed(slot, true);
    }
    return false;
  }
  if (got == 0) {
    on_closed(slot, false);
    return false;
  }

  const auto size = static_cast<std::uint64_t>(got);
  if (discardable > 0) {
    slot.reader.discard(size);
  } else if (slot.phase == Phase::kPaced) {
    close(slot, Phase::kPaced);  // nobody asked for these bytes
    return false;
  } else if (slot.phase == Phase::kIdle) {
    lose_idle(slot);  // nobody asked for these bytes
    return false;
  } else if (!slot.reader.feed({buffer_.data(), size}).empty() || slot.reader.malformed()) {
    report(slot, "malformed response");
    fail(slot, Failure::kBody);
    return false;
  }
  if (slot.reader.done()) {
    on_response(slot);
    return false;
  }
  // A short read has emptied the socket.
  return discardable > 0 || size == buffer_.size();
}

void Load::on_closed(Slot& slot, bool reset) {
  if (slot.phase == Phase::kIdle) return lose_idle(slot);
  if (slot.phase == Phase::kPaced) return close(slot, Phase::kPaced);  // the next request opens another
  if (!reset) slot.reader.end_of_stream();
  if (slot.reader.done()) return on_response(slot);
  if (!slot.reader.started()) {
    if (slot.fresh) ++tally_.unanswered_fresh;
    return fail(slot, Failure::kUnanswered);
  }
  fail(slot, Failure::kCut);
}

void Load::on_refused(Slot& slot) {
  if (!options_.until_refused) return fail(slot, Failure::kConnect);
  --claimed_;
  ++tally_.refused_at_end;
  close(slot, Phase::kUnused);
  --busy_;
}

void Load::on_response(Slot& slot) {
  if (slot.phase == Phase::kTunnel) return on_tunnel(slot);

  tally_.body_bytes += slot.reader.body_bytes();
  const bool length_expected =
      options_.mode != Mode::kPost || !options_.verify || slot.reader.body_bytes() == options_.body_bytes;
  if (slot.reader.status() < 200 || slot.reader.status() > 299) {
    report(slot, "status");
    fail(slot, Failure::kStatus);
  } else if (!slot.reader.body_as_expected() || !length_expected) {
    report(slot, "unexpected body");
    fail(slot, Failure::kBody);
  } else {
    succeed(slot);
  }
}

void Load::on_tunnel(Slot& slot) {
  if (slot.reader.status() < 200 || slot.reader.status() > 299) {
    report(slot, "CONNECT refused, status");
    return fail(slot, Failure::kStatus);
  }
  ++tally_.tunnels;
  if (options_.mode != Mode::kIdleConnect) return exchange(slot);
  ++tally_.ok;
  rest(slot);
}

void Load::succeed(Slot& slot) {
  ++tally_.ok;
  tally_.latency.add(Clock::now() - slot.started);
  if (options_.mode == Mode::kPost) tally_.uploaded_bytes += options_.body_bytes;
  slot.fresh = false;

  if (options_.idle() && !slot.probed && slot.reader.keep_alive()) return rest(slot);
  if (options_.one_request_each()) {
    close(slot, Phase::kReopen);
  } else if (!slot.reader.keep_alive()) {
    ++tally_.closes_announced;
    close(slot, Phase::kReopen);
  } else if (!slot.outgoing.empty()) {
    close(slot, Phase::kReopen);  // answered before the upload was whole: the rest of it is in the way
  }
  next(slot);
}

void Load::rest(Slot& slot) {
  ++tally_.idle;
  slot.phase = Phase::kIdle;
  --busy_;
}

void Load::lose_idle(Slot& slot) {
  --tally_.idle;
  ++tally_.idle_lost;
  close(slot, Phase::kUnused);
}

void Load::fail(Slot& slot, Failure failure) {
  tally_.fail(failure);
  if (tally_.failed() >= options_.failures_max) over_ = true;
  close(slot, Phase::kReopen);
  next(slot);
}

void Load::close(Slot& slot, Phase phase) {
  if (slot.fd >= 0) ::close(slot.fd);
  slot.fd = -1;
  slot.phase = phase;
  slot.waits_to_send = false;
  slot.outgoing = {};
}

void Load::report(const Slot& slot, std::string_view what) {
  if (reported_++ >= kReportsMax) return;
  std::fprintf(stderr, "pload: %.*s (%d)\n", static_cast<int>(what.size()), what.data(), slot.reader.status());
}

}  // namespace porthole::pload
