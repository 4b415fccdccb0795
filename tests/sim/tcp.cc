// See tcp.h. A Connection has a lane for each direction and outlives both ends. What the program's end is told goes through one
// pending event, as epoll merges what happened since the last look.
#include "sim/tcp.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace porthole::sim {

namespace {

enum : unsigned { kIn = 1, kOut = 2, kFin = 4, kBroken = 8 };

// One direction. Bytes that were written are in flight, then arrived, then read.
struct Lane {
  std::string arrived;
  std::size_t read = 0;  // of `arrived`
  std::size_t in_flight = 0;
  Instant last_arrival{};
  bool finished = false;     // the writer's FIN was sent
  bool fin_arrived = false;  // and came through
  bool starved = false;      // the writer met a full lane and waits for room
  std::size_t unread() const { return arrived.size() - read; }
  std::size_t held() const { return unread() + in_flight; }
  std::string_view rest() const { return std::string_view(arrived).substr(read); }
  void take(std::size_t n) {
    read += n;
    if (read == arrived.size()) {
      arrived.clear();
      read = 0;
    }
  }
};

}  // namespace

class NearEnd;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(Wires& w) : wires(w), pulse(std::make_shared<Pulse>()) {
    pulse->moved = pulse->written = w.kernel.now();
  }

  // ---- both ends ----
  std::size_t write(bool to_actor, std::size_t offered, auto&& copy_out) {
    Lane& lane = to_actor ? down : up;
    std::size_t room = wires.capacity > lane.held() ? wires.capacity - lane.held() : 0;
    std::size_t n = std::min(offered, room);
    if (n > 1 && wires.kernel.one_in(24)) n = wires.kernel.between(1, n);  // the kernel had less room than that
    if (n < offered) lane.starved = true;
    if (n == 0) return 0;
    std::string bytes;
    bytes.reserve(n);
    copy_out(bytes, n);
    if (wires.lose_byte_in > 0 && n > 64 && wires.kernel.one_in(wires.lose_byte_in)) bytes.erase(n / 2, 1);
    wires.moved += n;
    touch();
    if (to_actor) pulse->written = pulse->moved;
    lane.in_flight += bytes.size();
    while (!bytes.empty()) {
      std::size_t most = wires.piecemeal ? 40 : bytes.size();
      std::size_t piece =
          wires.kernel.one_in(3) ? wires.kernel.between(1, std::min(most, bytes.size())) : std::min(most, bytes.size());
      send(lane, to_actor, bytes.substr(0, piece));
      bytes.erase(0, piece);
    }
    return n;
  }
  void finish(bool to_actor) {
    Lane& lane = to_actor ? down : up;
    if (std::exchange(lane.finished, true)) return;
    touch();
    arrive_later(lane, [this, self = shared_from_this(), to_actor, &lane] {
      lane.fin_arrived = true;
      if (to_actor) tell_actor();
      else tell_program(kIn | kFin);
    });
  }
  // One end breaks the connection: the other learns it behind the bytes that are on their way.
  void reset(bool by_program) {
    Lane& lane = by_program ? down : up;
    touch();
    arrive_later(lane, [this, self = shared_from_this(), by_program] {
      if (by_program) {
        if (!actor_gone) actor_reset = true;
        tell_actor();
      } else if (!program_gone && !reset_seen) {
        if (wires.kernel.one_in(2)) up.take(up.unread());  // some systems drop what was not read yet
        so_error = ECONNRESET;
        reset_seen = true;
        tell_program(kIn | kOut | kBroken);
      }
    });
  }
  void touch() { pulse->moved = wires.kernel.now(); }

  // ---- the program's end ----
  void tell_program(unsigned what);
  void after_program_read() {
    if (up.starved && up.held() < wires.capacity) {
      up.starved = false;
      wires.kernel.later(wires.kernel.up_to(wires.latency), [self = shared_from_this()] {
        if (self->user && !self->actor_gone && !self->actor_reset) self->user->on_room();
      });
    }
  }

  // ---- the actor's end ----
  void tell_actor() {
    if (!user || actor_gone || std::exchange(actor_told, true)) return;
    wires.kernel.later(Duration(0), [self = shared_from_this()] { self->actor_looks(); });
  }
  void actor_looks() {
    actor_told = false;
    if (!user || actor_gone) return;
    if (!actor_paused && down.unread() > 0) {
      std::string bytes(down.rest());
      down.take(bytes.size());
      touch();
      if (down.starved && !program_gone) {
        down.starved = false;
        wires.kernel.later(wires.kernel.up_to(wires.latency),
                           [self = shared_from_this()] { self->tell_program(kOut); });
      }
      user->on_bytes(bytes);
      if (!user || actor_gone) return;
    }
    if (actor_reset) {
      if (!std::exchange(actor_reset_told, true)) user->on_reset();
    } else if (down.fin_arrived && down.unread() == 0 && !actor_paused && !std::exchange(actor_end_told, true)) {
      user->on_end();
    }
  }

  Wires& wires;
  std::shared_ptr<Pulse> pulse;
  Lane up, down;  // to the program, to the actor
  NearEnd* program = nullptr;
  SocketUser* user = nullptr;
  bool program_gone = false, actor_gone = false;
  bool actor_paused = false, actor_told = false, actor_reset = false, actor_reset_told = false, actor_end_told = false;
  bool reset_seen = false;  // by the program
  int so_error = 0;
  unsigned pending = 0;  // for the program, merged until it is told

 private:
  void arrive_later(Lane& lane, std::move_only_function<void()> event) {
    Instant when = std::max(lane.last_arrival, wires.kernel.now() + wires.kernel.up_to(wires.latency));
    if (when == lane.last_arrival) when += Duration(1);  // order within a lane is kept
    lane.last_arrival = when;
    wires.kernel.later(when - wires.kernel.now(), std::move(event));
  }
  void send(Lane& lane, bool to_actor, std::string bytes) {
    arrive_later(lane, [this, self = shared_from_this(), &lane, to_actor, bytes = std::move(bytes)] {
      lane.in_flight -= bytes.size();
      if (to_actor ? actor_gone : program_gone) {
        reset(!to_actor);  // nobody is there: the sender is told so
        return;
      }
      lane.arrived += bytes;
      if (to_actor) tell_actor();
      else tell_program(kIn);
    });
  }
};

// The same rules as io/tcp.cc.
class NearEnd final : public io::Stream, private io::Runnable {
 public:
  NearEnd(std::shared_ptr<Connection> connection, const Endpoint& local, const Endpoint& peer, bool stands)
      : c_(std::move(connection)), local_(local), peer_(peer) {
    readable_ = writable_ = stands;
    c_->program = this;
    ++c_->wires.open;
  }
  ~NearEnd() override {
    if (c_->wires.leak_in > 0 && !c_->program_gone && c_->wires.kernel.one_in(c_->wires.leak_in)) {
      c_->program = nullptr;
      return;
    }
    close(c_->up.held() > 0 && !c_->reset_seen);
  }

  void set_listener(io::ReadyListener* listener) override {
    listener_ = listener;
    if (listener_ && (readable_ || writable_ || broken_)) c_->wires.kernel.loop().run_soon(*this);
  }
  io::IoCount try_read(std::span<char> room) override {
    if (!readable_) return {};
    Lane& lane = c_->up;
    std::size_t n = std::min(room.size(), lane.unread());
    if (n > 0) {
      std::copy_n(lane.rest().data(), n, room.data());
      lane.take(n);
      c_->touch();
      c_->after_program_read();
      if (n < room.size() && !finished_) readable_ = false;
      return {io::IoCount::State::moved, n};
    }
    if (c_->so_error != 0) return {io::IoCount::State::failed, 0, std::exchange(c_->so_error, 0)};
    if (lane.fin_arrived || c_->reset_seen) return {io::IoCount::State::closed};
    readable_ = false;
    return {};
  }
  bool maybe_readable() const override { return readable_; }
  bool maybe_writable() const override { return writable_; }
  io::IoCount try_write(std::span<const iovec> pieces) override {
    if (!writable_) return {};
    if (c_->so_error != 0) return {io::IoCount::State::failed, 0, std::exchange(c_->so_error, 0)};
    if (c_->reset_seen || c_->down.finished) return {io::IoCount::State::failed, 0, EPIPE};
    std::size_t total = 0;
    for (const iovec& piece : pieces) total += piece.iov_len;
    std::size_t n = c_->write(true, total, [&](std::string& out, std::size_t wanted) {
      for (const iovec& piece : pieces) {
        std::size_t part = std::min(wanted - out.size(), piece.iov_len);
        out.append(static_cast<const char*>(piece.iov_base), part);
      }
    });
    if (n < total) writable_ = false;
    return {n == 0 ? io::IoCount::State::blocked : io::IoCount::State::moved, n};
  }
  void shutdown_write() override { c_->finish(true); }
  void abort() override { close(true); }
  Endpoint peer() const override { return peer_; }
  Endpoint local() const override { return local_; }
  int connect_errno() override { return std::exchange(c_->so_error, 0); }

  void told(unsigned what) {
    if (what & (kFin | kBroken)) finished_ = true;
    if (what & kBroken) broken_ = true;
    bool reads = what & (kIn | kFin | kBroken);
    bool writes = what & (kOut | kBroken);
    bool wake_writer = writes && !writable_;
    readable_ |= reads;
    writable_ |= writes;
    call(reads, wake_writer);
  }

 private:
  void run() override { call(readable_, writable_); }
  void call(bool reads, bool writes) {
    bool alive = true;
    alive_ = &alive;
    if (reads && listener_) listener_->on_readable();
    if (alive && writes && listener_) listener_->on_writable();
    if (alive && broken_ && listener_) listener_->on_hangup();
    if (alive) alive_ = nullptr;
  }
  void close(bool hard) {
    listener_ = nullptr;
    if (alive_) *std::exchange(alive_, nullptr) = false;
    if (std::exchange(c_->program_gone, true)) return;
    c_->program = nullptr;
    c_->pulse->closed = true;
    --c_->wires.open;
    if (hard) c_->reset(true);
    else c_->finish(true);
  }

  std::shared_ptr<Connection> c_;
  Endpoint local_, peer_;
  io::ReadyListener* listener_ = nullptr;
  bool* alive_ = nullptr;
  bool readable_ = false, writable_ = false, finished_ = false, broken_ = false;
};

void Connection::tell_program(unsigned what) {
  if (program_gone) return;
  bool waiting = pending != 0;
  pending |= what;
  if (wires.kernel.one_in(64)) pending |= kIn;  // an edge for nothing
  if (waiting) return;
  wires.kernel.later(Duration(0), [this, self = shared_from_this()] {
    unsigned now = std::exchange(pending, 0);
    if (program) program->told(now);
  });
}

// ---- the actor's end ----

Socket::Socket(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
Socket::~Socket() {
  connection_->user = nullptr;
  close();
}

void Socket::set_user(SocketUser& user) {
  connection_->user = &user;
  connection_->tell_actor();
}

std::size_t Socket::write(std::string_view bytes) {
  Connection& c = *connection_;
  if (c.actor_gone || c.actor_reset || c.up.finished) return bytes.size();  // into the void, as after a reset
  return c.write(false, bytes.size(), [&](std::string& out, std::size_t n) { out.append(bytes.substr(0, n)); });
}

void Socket::finish() {
  if (!connection_->actor_gone && !connection_->actor_reset) connection_->finish(false);
}

void Socket::reset() {
  if (std::exchange(connection_->actor_gone, true)) return;
  connection_->reset(false);
}

void Socket::close() {
  Connection& c = *connection_;
  if (std::exchange(c.actor_gone, true)) return;
  if (c.actor_reset) return;
  if (c.down.held() > 0) c.reset(false);
  else c.finish(false);
}

void Socket::pause_reading() { connection_->actor_paused = true; }

void Socket::resume_reading() {
  connection_->actor_paused = false;
  connection_->tell_actor();
}

bool Socket::open() const { return !connection_->actor_gone && !connection_->actor_reset; }

Pair connected(Wires& wires, const Endpoint& program, const Endpoint& actor) {
  auto connection = std::make_shared<Connection>(wires);
  return {std::make_unique<NearEnd>(connection, program, actor, true), std::make_unique<Socket>(connection),
          connection->pulse};
}

Attempt connecting(Wires& wires, const Endpoint& program, const Endpoint& actor) {
  auto connection = std::make_shared<Connection>(wires);
  connection->pulse->to_client = false;
  Pair pair{std::make_unique<NearEnd>(connection, program, actor, false), std::make_unique<Socket>(connection),
            connection->pulse};
  return {std::move(pair), [connection](int os_errno) {
            connection->so_error = os_errno;
            connection->reset_seen = os_errno != 0;
            connection->tell_program(os_errno == 0 ? kOut : kIn | kOut | kBroken);
          }};
}

}  // namespace porthole::sim
