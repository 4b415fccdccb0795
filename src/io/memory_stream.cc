// See memory_stream.h. The two ends share one Wire with a lane per direction; readiness is told through the loop's queue,
// as a kernel would: never inside the call that caused it.
#include "io/memory_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace porthole::io {
namespace {

class MemoryEnd;

struct Lane {
  std::string bytes;
  bool finished = false;  // FIN follows the bytes
};

struct Wire {
  std::size_t capacity = 0;
  std::array<Lane, 2> lanes;  // lanes[i] is written by end i
  std::array<MemoryEnd*, 2> ends{};
  bool reset = false;
};

class MemoryEnd final : public Stream, private Runnable {
 public:
  MemoryEnd(Loop& loop, std::shared_ptr<Wire> wire, std::size_t index, Endpoint local, Endpoint peer)
      : loop_(loop), wire_(std::move(wire)), index_(index), local_(local), peer_(peer) {
    wire_->ends[index_] = this;
  }
  ~MemoryEnd() override {
    if (alive_) *alive_ = false;
    wire_->ends[index_] = nullptr;
    outgoing().finished = true;
    notify_other();
  }

  void set_listener(ReadyListener* listener) override {
    listener_ = listener;
    if (listener_) loop_.run_soon(*this);
  }

  IoCount try_read(std::span<char> room) override {
    if (wire_->reset) return {IoCount::State::failed, 0, ECONNRESET};
    Lane& lane = incoming();
    if (lane.bytes.empty()) return lane.finished ? IoCount{IoCount::State::closed} : IoCount{};
    std::size_t n = std::min(room.size(), lane.bytes.size());
    std::copy_n(lane.bytes.data(), n, room.data());
    lane.bytes.erase(0, n);
    notify_other();
    return {IoCount::State::moved, n};
  }

  bool maybe_readable() const override { return !incoming().bytes.empty() || incoming().finished || wire_->reset; }
  bool maybe_writable() const override { return outgoing().bytes.size() < wire_->capacity; }

  IoCount try_write(std::span<const iovec> pieces) override {
    if (wire_->reset) return {IoCount::State::failed, 0, ECONNRESET};
    if (!wire_->ends[1 - index_] || outgoing().finished) return {IoCount::State::failed, 0, EPIPE};
    Lane& lane = outgoing();
    std::size_t total = 0;
    for (const iovec& piece : pieces) {
      std::size_t n = std::min(piece.iov_len, wire_->capacity - lane.bytes.size());
      lane.bytes.append(static_cast<const char*>(piece.iov_base), n);
      total += n;
      if (n < piece.iov_len) break;
    }
    if (total == 0) return {};
    notify_other();
    return {IoCount::State::moved, total};
  }

  void shutdown_write() override {
    outgoing().finished = true;
    notify_other();
  }
  void abort() override {
    wire_->reset = true;
    listener_ = nullptr;
    notify_other();
  }
  Endpoint peer() const override { return peer_; }
  Endpoint local() const override { return local_; }
  int connect_errno() override { return wire_->reset ? ECONNRESET : 0; }

 private:
  Lane& outgoing() const { return wire_->lanes[index_]; }
  Lane& incoming() const { return wire_->lanes[1 - index_]; }
  void notify_other() {
    if (MemoryEnd* other = wire_->ends[1 - index_]; other && other->listener_) loop_.run_soon(*other);
  }
  void run() override {
    bool alive = true;
    alive_ = &alive;
    if (listener_ && maybe_readable()) listener_->on_readable();
    if (alive && listener_ && maybe_writable()) listener_->on_writable();
    if (alive && listener_ && wire_->reset) listener_->on_hangup();
    if (alive) alive_ = nullptr;
  }

  Loop& loop_;
  std::shared_ptr<Wire> wire_;
  std::size_t index_;
  Endpoint local_, peer_;
  ReadyListener* listener_ = nullptr;
  bool* alive_ = nullptr;
};

}  // namespace

std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> make_memory_streams(Loop& loop,
                                                                                const MemoryStreamOptions& options) {
  auto wire = std::make_shared<Wire>();
  wire->capacity = options.capacity;
  return {std::make_unique<MemoryEnd>(loop, wire, 0, options.first, options.second),
          std::make_unique<MemoryEnd>(loop, wire, 1, options.second, options.first)};
}

}  // namespace porthole::io
