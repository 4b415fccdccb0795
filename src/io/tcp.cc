// See tcp.h. Readiness: a direction is tried only while its flag is set; the kernel's edge sets it, EAGAIN or a short
// transfer clears it. A short read means the queue was drained, unless the peer's FIN is known: then the next read must
// return 0 without another edge.
#include "io/tcp.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/tcp_path.h"

namespace porthole::io {
namespace {

constexpr std::uint32_t kStreamEvents = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
constexpr int kBacklog = 4096;
constexpr int kAcceptsPerTurn = 64;  // then existing connections have their turn
constexpr Duration kAcceptRetry = std::chrono::milliseconds(100);

void set_option(int descriptor, int level, int option, int value) {
  ::setsockopt(descriptor, level, option, &value, sizeof value);  // refusal changes speed, not meaning
}

// One socket. Its callbacks may destroy it: `alive_` tells them apart from a stream that is still there.
class TcpStream final : public Stream, private EpollTarget, private Runnable {
 public:
  TcpStream(EpollLoop& loop, int descriptor, const Endpoint& peer, bool connected)
      : loop_(loop), descriptor_(descriptor), peer_(peer) {
    // A fresh connection often has its first bytes and always has room: try before asking.
    readable_ = writable_ = connected;
  }
  ~TcpStream() override { close(); }

  bool watch() { return loop_.watch(descriptor_, *this, kStreamEvents); }

  void set_listener(ReadyListener* listener) override {
    listener_ = listener;
    if (listener_ && (readable_ || writable_ || broken_)) loop_.run_soon(*this);
  }

  IoCount try_read(std::span<char> room) override {
    if (!readable_) return {};
    ssize_t n = ::recv(descriptor_, room.data(), room.size(), 0);
    if (n > 0) {
      if (static_cast<std::size_t>(n) < room.size() && !finished_ && !urgent_) readable_ = false;
      return {IoCount::State::moved, static_cast<std::size_t>(n)};
    }
    if (n == 0) {
      return {IoCount::State::closed};
    }
    if (errno == EAGAIN || errno == EINTR) {
      readable_ = errno == EINTR;
      return {};
    }
    return {IoCount::State::failed, 0, errno};
  }

  IoCount try_write(std::span<const iovec> pieces) override {
    if (!writable_) return {};
    std::size_t total = 0;
    for (const iovec& piece : pieces) total += piece.iov_len;
    // sendmsg, not writev: only it can say that a peer which is gone is no signal.
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    ssize_t n = pieces.size() == 1 ? ::send(descriptor_, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL)
                                   : ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (n >= 0) {
      if (static_cast<std::size_t>(n) < total) writable_ = false;
      return {n == 0 ? IoCount::State::blocked : IoCount::State::moved, static_cast<std::size_t>(n)};
    }
    if (errno == EAGAIN || errno == EINTR) {
      writable_ = errno == EINTR;
      return {};
    }
    return {IoCount::State::failed, 0, errno};
  }

  void shutdown_write() override { ::shutdown(descriptor_, SHUT_WR); }

  void abort() override {
    if (descriptor_ < 0) return;
    linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }

  Endpoint peer() const override { return peer_; }
  Endpoint local() const override {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
    return Endpoint::of(address);
  }

  int connect_errno() override {
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
    return error;
  }

  std::optional<PathState> path() const override { return tcp_path(descriptor_); }
  int descriptor() const override { return descriptor_; }
  bool maybe_readable() const override { return readable_; }
  bool maybe_writable() const override { return writable_; }
  void note_blocked(bool reading) override { (reading ? readable_ : writable_) = false; }

 private:
  void on_events(std::uint32_t events) override {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) finished_ = true;
    if (events & EPOLLPRI) urgent_ = true;
    if (events & (EPOLLHUP | EPOLLERR)) broken_ = true;
    bool reads = events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    bool writes = events & (EPOLLOUT | EPOLLHUP | EPOLLERR);
    // The first edge after accept() repeats that there is room; nobody waits for it.
    bool wake_writer = writes && !writable_;
    readable_ |= reads;
    writable_ |= writes;
    // Callbacks may destroy this stream or replace the listener.
    bool alive = true;
    alive_ = &alive;
    if (reads && listener_) listener_->on_readable();
    if (alive && wake_writer && listener_) listener_->on_writable();
    if (alive && broken_ && listener_) listener_->on_hangup();
    if (alive) alive_ = nullptr;
  }

  // Tells a new listener what is ready already.
  void run() override {
    bool alive = true;
    alive_ = &alive;
    if (listener_ && readable_) listener_->on_readable();
    if (alive && listener_ && writable_) listener_->on_writable();
    if (alive && listener_ && broken_) listener_->on_hangup();
    if (alive) alive_ = nullptr;
  }

  void close() {
    if (alive_) *std::exchange(alive_, nullptr) = false;
    listener_ = nullptr;
    unlink();
    if (descriptor_ < 0) return;
    loop_.forget_closing(*this);  // the last descriptor of a socket leaves epoll by itself
    ::close(std::exchange(descriptor_, -1));
    readable_ = writable_ = false;
  }

  EpollLoop& loop_;
  ReadyListener* listener_ = nullptr;
  bool* alive_ = nullptr;  // set while a callback runs; cleared by close()
  int descriptor_;
  bool readable_ = false;
  bool writable_ = false;
  bool urgent_ = false;    // urgent data was seen: recv() stops at its mark, so a short read does not mean drained
  bool finished_ = false;  // the peer's FIN (or worse) has arrived
  bool broken_ = false;    // EPOLLHUP or EPOLLERR
  Endpoint peer_;
};

}  // namespace

Result<std::unique_ptr<Stream>> TcpNetwork::connect(const Endpoint& to) {
  int descriptor = ::socket(to.ip.v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(stream_error(Side::upstream, errno));
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  sockaddr_storage address;
  socklen_t length = to.to_sockaddr(address);
  auto stream = std::make_unique<TcpStream>(loop_, descriptor, to, false);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), length) != 0 && errno != EINPROGRESS) {
    return fail(stream_error(Side::upstream, errno));
  }
  if (!stream->watch()) return fail(stream_error(Side::us, errno));
  return stream;
}

Result<std::unique_ptr<Stream>> adopt_tcp(EpollLoop& loop, int descriptor, const Endpoint& peer) {
  auto stream = std::make_unique<TcpStream>(loop, descriptor, peer, true);
  if (!stream->watch()) return fail(stream_error(Side::us, errno));
  return stream;
}

ListenSocket::~ListenSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<ListenSocket> ListenSocket::open(const Endpoint& at, bool probe) {
  sockaddr_storage address;
  socklen_t length = at.to_sockaddr(address);
  auto bound = [&](bool share) -> Result<ListenSocket> {
    ListenSocket socket(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.descriptor() < 0) return fail(stream_error(Side::us, errno));
    set_option(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (share) set_option(socket.descriptor(), SOL_SOCKET, SO_REUSEPORT, 1);
    if (address.ss_family == AF_INET6) set_option(socket.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (::bind(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), length) != 0) {
      return fail(stream_error(Side::us, errno));
    }
    return socket;
  };
  if (probe && at.port != 0) {
    auto probing = bound(false);
    if (!probing) return probing;
    // SO_REUSEADDR lets two unconnected sockets bind; only listen() tells that somebody else listens.
    if (::listen(probing->descriptor(), 1) != 0) return fail(stream_error(Side::us, errno));
  }
  auto socket = bound(true);
  if (!socket) return socket;
  set_option(socket->descriptor(), IPPROTO_TCP, TCP_NODELAY, 1);  // inherited by what is accepted: a call saved each
  if (::listen(socket->descriptor(), kBacklog) != 0) return fail(stream_error(Side::us, errno));
  return socket;
}

Endpoint ListenSocket::local() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  return Endpoint::of(address);
}

Listener::Listener(EpollLoop& loop, ListenSocket socket, AcceptHandler& handler)
    : loop_(loop),
      socket_(std::move(socket)),
      handler_(handler),
      local_(socket_.local()),
      retry_(Timer::calling<&Listener::on_retry>(loop.timers(), *this)) {
  resume();
}

Listener::~Listener() { pause(); }

void Listener::pause() {
  paused_ = true;
  retry_.disarm();
  if (watching_) loop_.forget(socket_.descriptor(), *this);
  watching_ = false;
}

void Listener::resume() {
  paused_ = false;
  // Level-triggered: what one turn leaves is reported in the next.
  if (!watching_) watching_ = loop_.watch(socket_.descriptor(), *this, EPOLLIN);
  if (!watching_) retry_.arm(loop_.now() + kAcceptRetry);
}

void Listener::on_retry() { resume(); }

void Listener::on_events(std::uint32_t) { accept_up_to(kAcceptsPerTurn); }

void Listener::accept_last() {
  // Without the filter a connection may complete between the last accept() and close(), and be reset (seen: 1 request of
  // 50,000 under load).
  sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
  sock_fprog program{.len = 1, .filter = &drop_all};
  ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  accept_up_to(kBacklog);
}

void Listener::accept_up_to(int most) {
  for (int i = 0; i < most && !paused_ && handler_.has_room(); ++i) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    int descriptor =
        ::accept4(socket_.descriptor(), reinterpret_cast<sockaddr*>(&address), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      int reason = errno;
      if (reason == EAGAIN) return;
      // Everything else is the fate of one connection (accept(2) lists protocol errors); the next may be well.
      if (reason != EMFILE && reason != ENFILE && reason != ENOBUFS && reason != ENOMEM) continue;
      pause();
      retry_.arm(loop_.now() + kAcceptRetry);
      handler_.on_accept_paused(reason);
      return;
    }
    auto stream = adopt_tcp(loop_, descriptor, Endpoint::of(address));
    if (stream) handler_.on_accept(std::move(*stream));
  }
}

}  // namespace porthole::io
