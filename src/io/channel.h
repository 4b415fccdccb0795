// Channel: a Stream that writes what a queue holds, and a reader that can be paused. It is what drives a codec session: bytes go
// up through ChannelOwner, the session's output goes down with flush_soon(). Both the client's side and the upstream's side of
// the proxy are built on it. It has no buffer of its own: an idle client is to cost at most 1 KiB.
// Flushing happens after the present callback, so a head and the first bytes of its content leave in one writev.
#pragma once

#include <memory>

#include "base/byte_queue.h"
#include "io/loop.h"
#include "io/stream.h"

namespace porthole::io {

// Callbacks of one Channel. None is called from inside a Channel's method, all from the loop. After on_broken or
// on_finished no further one comes. A callback must not destroy the channel: raise a Signal, or Loop::bury() it.
class ChannelOwner {
 public:
  virtual void on_bytes(Bytes bytes) = 0;
  virtual void on_eof() = 0;      // the peer's FIN; writing goes on
  virtual void on_drained() = 0;  // unsent() fell to half of the high mark or less, after having reached it
  virtual void on_broken(const Error& error) = 0;  // reset, failure, or nothing could be written for write_timeout
  virtual void on_finished() = 0;                  // finish() is done: destroy the channel

 protected:
  ~ChannelOwner() = default;
};

struct ChannelOptions {
  Side side = Side::client;                           // whose fault a break is
  std::uint32_t high_mark = 256 * 1024;               // bytes of unsent() at which the owner should stop adding
  Duration write_timeout = std::chrono::seconds(60);  // no byte could be written although some wait
  // Bytes a second that a peer must take while some wait, on average, once write_timeout has passed; 0: it may trickle.
  std::uint32_t rate_min = 0;
};

class Channel final : private ReadyListener, private Runnable {
 public:
  static constexpr Duration kLinger = std::chrono::seconds(2);  // how long finish() waits for the peer's FIN
  // `loop` and `owner` outlive the channel. Reading starts paused.
  Channel(Loop& loop, std::unique_ptr<Stream> stream, ChannelOwner& owner, const ChannelOptions& options);
  ~Channel();

  void resume_reading();
  void pause_reading() { reading_ = false; }
  bool reading() const { return reading_; }

  // What is queued there (a session's output) is written; it must outlive the channel. Nothing is before.
  void write_from(ByteQueue& queue) { out_ = &queue; }
  void flush_soon();
  ByteCount unsent() const { return out_ ? out_->size() : 0; }
  // When bytes were last handed to the kernel; the channel's beginning when none were.
  Instant written_at() const { return written_at_; }
  // The owner should stop adding; it is told by on_drained when it may go on.
  bool congested() const {
    bool full = unsent() >= loop_.blocks().allowance(options_.high_mark);
    congested_ |= full;  // whoever sees it waits for on_drained, also when memory is no longer short by then
    return full;
  }
  // on_drained once, when everything queued has been handed to the kernel.
  void tell_when_empty() {
    empty_wanted_ = true;
    flush_soon();
  }

  // Writes what is queued, sends FIN, discards what still arrives until the peer's FIN or the linger time, then on_finished:
  // closing in stages, so that the last response is not lost to a reset (RFC 9112 §9.6).
  // Without `linger` it closes once everything is written, unless bytes are waiting: for a peer that will send nothing more.
  void finish(bool linger = true);
  // Closes now; no callback follows.
  void abort();

  Stream& stream() { return *stream_; }
  // Of the stream, while it stands.
  std::optional<PathState> path() const { return stream_ ? stream_->path() : std::nullopt; }
  // Lends the bare stream (splice): `listener` hears of its readiness until take_back(). Precondition: unsent() == 0.
  Stream& lend(ReadyListener& listener);
  void take_back();
  // The bare stream, for a tunnel. Precondition: unsent() == 0. The channel is dead afterwards.
  std::unique_ptr<Stream> release();

 private:
  enum class State : std::uint8_t { open, finishing, lingering, dead };
  void on_readable() override;
  void on_writable() override;
  void on_hangup() override;
  void run() override;
  void flush();
  void wait_for_room();
  void write_failed(int os_errno);
  void read_once();
  void drain_lingering();
  void on_timer();
  void broken(int os_errno);
  void given_up();
  void dispose();

  Loop& loop_;
  std::unique_ptr<Stream> stream_;
  ChannelOwner& owner_;
  ChannelOptions options_;
  ByteQueue* out_ = nullptr;
  Timer timer_;  // write timeout, then linger
  Instant written_at_;
  State state_ = State::open;
  Instant stuck_since_{};     // bytes wait since then; zero when none do
  ByteCount stuck_sent_ = 0;  // and so many were taken meanwhile
  int write_errno_ = 0;       // writing failed; what the peer had sent before is read first
  bool reading_ = false;
  bool eof_ = false;
  mutable bool congested_ = false;
  bool flush_wanted_ = false;
  bool read_wanted_ = false;
  bool empty_wanted_ = false;
  bool linger_ = true;
};

}  // namespace porthole::io
