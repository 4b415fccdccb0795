// Simulated TCP. One end of a connection is the program's io::Stream, with the readiness memory of the real one (a short read
// means drained, an edge is told once); the other end is a Socket in the hands of an actor. Bytes arrive in pieces and late, in
// order; buffers fill; a FIN, a reset, a close with unread bytes and a write to who is gone do what the kernel's do.
#pragma once

#include <memory>
#include <string>

#include "io/stream.h"
#include "sim/kernel.h"

namespace porthole::sim {

// What the network does to connections, and what it counts.
struct Wires {
  explicit Wires(Kernel& k) : kernel(k) {}
  Kernel& kernel;
  std::size_t capacity = 64 * 1024;  // bytes in flight each way
  Duration latency = std::chrono::milliseconds(1);
  bool piecemeal = false;  // everything in small pieces
  // Canary: a byte of every n-th long write is lost. 0: never.
  std::uint64_t lose_byte_in = 0;
  // Canary: a stream that the program destroys stays open, one in n. 0: never.
  std::uint64_t leak_in = 0;

  int open = 0;             // streams that the program holds
  std::uint64_t moved = 0;  // bytes, both ways
};

class Socket;

// Told by a Socket. Calls on the socket are allowed; destroying it is not.
class SocketUser {
 public:
  virtual void on_bytes(std::string_view bytes) = 0;
  virtual void on_room() = 0;   // writing may go on
  virtual void on_end() = 0;    // the program's FIN
  virtual void on_reset() = 0;  // nothing moves any more

 protected:
  ~SocketUser() = default;
};

class Connection;

// The actor's end.
class Socket {
 public:
  explicit Socket(std::shared_ptr<Connection> connection);
  ~Socket();
  void set_user(SocketUser& user);
  // Takes what fits; the rest after on_room().
  std::size_t write(std::string_view bytes);
  void finish();  // FIN
  void reset();   // RST
  void close();   // both directions; with unread bytes it resets
  void pause_reading();
  void resume_reading();
  bool open() const;

 private:
  std::shared_ptr<Connection> connection_;
};

// When the program did something with a stream last, to judge how long it waits.
struct Pulse {
  bool to_client = true;
  Instant moved;    // a byte, a FIN or a reset, either way
  Instant written;  // a byte by the program
  bool closed = false;
};

struct Pair {
  std::unique_ptr<io::Stream> stream;  // the program's end
  std::unique_ptr<Socket> socket;
  std::shared_ptr<const Pulse> pulse;
};

// A connection that stands. `program` is the program's address, `actor` the other one.
Pair connected(Wires& wires, const Endpoint& program, const Endpoint& actor);

// A connection that the program is making; decide() says how it ends, after which `socket` is of use when it stands.
struct Attempt {
  Pair pair;
  std::function<void(int os_errno)> decide;  // 0: it stands
};
Attempt connecting(Wires& wires, const Endpoint& program, const Endpoint& actor);

}  // namespace porthole::sim
