// TCP behind the Stream and Network seams, and listening sockets. TCP_NODELAY always: heads and first bytes leave in one
// writev, so there is nothing for Nagle to gather.
#pragma once

#include <memory>

#include "io/epoll_loop.h"
#include "io/network.h"
#include "io/stream.h"

namespace porthole::io {

class TcpNetwork final : public Network {
 public:
  explicit TcpNetwork(EpollLoop& loop) : loop_(loop) {}
  Result<std::unique_ptr<Stream>> connect(const Endpoint& to) override;

 private:
  EpollLoop& loop_;
};

// Takes ownership of a connected, non-blocking descriptor. Error when the kernel refuses to watch it (it is closed then).
Result<std::unique_ptr<Stream>> adopt_tcp(EpollLoop& loop, int descriptor, const Endpoint& peer);

// A bound, listening, non-blocking descriptor; closed when destroyed. One is opened per worker and address (SO_REUSEPORT).
class ListenSocket {
 public:
  // `probe`: first bind without SO_REUSEPORT, so that a second program on the same port fails (EADDRINUSE) instead of
  // sharing it; use it for the first socket of an address. Port 0 takes a free port.
  static Result<ListenSocket> open(const Endpoint& at, bool probe);
  explicit ListenSocket(int descriptor) : descriptor_(descriptor) {}
  ListenSocket(ListenSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ListenSocket& operator=(ListenSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~ListenSocket();

  Endpoint local() const;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

// Whoever takes new connections. Its callbacks may pause the listener but not destroy it.
class AcceptHandler {
 public:
  // Asked before each accept. False: the handler has paused the listener, or will be asked again at the next event.
  virtual bool has_room() { return true; }
  virtual void on_accept(std::unique_ptr<Stream> stream) = 0;
  // Accepting met an error that pauses it (no descriptor free); it resumes by itself.
  virtual void on_accept_paused(int os_errno) = 0;

 protected:
  ~AcceptHandler() = default;
};

// Accepts on one socket. Out of descriptors: pauses for 100 ms instead of spinning. pause() stops it until resume().
class Listener final : private EpollTarget {
 public:
  // `handler` outlives the listener.
  Listener(EpollLoop& loop, ListenSocket socket, AcceptHandler& handler);
  ~Listener();
  Endpoint local() const { return local_; }
  void pause();
  void resume();
  // Accepts what the kernel has completed already: before closing, so that nobody who got through is reset.
  // From here on nobody else gets in: their SYN is dropped, and its repetition refused once the socket is closed.
  void accept_last();

 private:
  void on_events(std::uint32_t events) override;
  void on_retry();
  void accept_up_to(int most);
  EpollLoop& loop_;
  ListenSocket socket_;
  AcceptHandler& handler_;
  Endpoint local_;
  Timer retry_;
  bool paused_ = false;
  bool watching_ = false;
};

}  // namespace porthole::io
