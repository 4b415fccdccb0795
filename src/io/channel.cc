// See channel.h. One read per callback: a bulk transfer yields after each read and write, its next read waits for the next
// turn of the loop. The write timer is armed only while bytes are stuck.
#include "io/channel.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace porthole::io {
namespace {

constexpr std::size_t kPiecesMax = 32;
constexpr Duration kLastWords = std::chrono::milliseconds(100);  // how long what came before a reset may take to show
constexpr ByteCount kLingerBytesPerTurn =
    256 * 1024;  // dropped of what a closing client still sends; then others have their turn

}  // namespace

Channel::Channel(Loop& loop, std::unique_ptr<Stream> stream, ChannelOwner& owner, const ChannelOptions& options)
    : loop_(loop),
      stream_(std::move(stream)),
      owner_(owner),
      options_(options),
      timer_(Timer::calling<&Channel::on_timer>(loop.timers(), *this)),
      written_at_(loop.now()) {
  stream_->set_listener(this);
}

Channel::~Channel() { dispose(); }

void Channel::dispose() {
  state_ = State::dead;
  timer_.disarm();
  Runnable::unlink();
  reading_ = false;
  stream_.reset();
}

void Channel::resume_reading() {
  if (reading_ || state_ != State::open) return;
  reading_ = true;
  if (!eof_ && (stream_->maybe_readable() || write_errno_ != 0)) {
    read_wanted_ = true;
    loop_.run_soon(*this);
  }
}

void Channel::flush_soon() {
  flush_wanted_ = true;
  loop_.run_soon(*this);
}

void Channel::run() {
  if (std::exchange(flush_wanted_, false)) flush();
  if (!std::exchange(read_wanted_, false)) return;
  if (state_ == State::lingering) drain_lingering();
  else if (state_ == State::open && reading_) read_once();
}

void Channel::flush() {
  if (state_ == State::dead || state_ == State::lingering) return;
  (void)congested();  // notes it, also when one write takes everything
  while (unsent() > 0) {
    std::array<iovec, kPiecesMax> pieces;
    std::size_t count = out_->gather(pieces);
    IoCount moved = stream_->try_write({pieces.data(), count});
    if (moved.state == IoCount::State::failed) return write_failed(moved.os_errno);
    if (moved.state == IoCount::State::blocked) return wait_for_room();
    out_->consume(moved.bytes);
    stuck_sent_ += moved.bytes;
    written_at_ = loop_.now();
    timer_.disarm();
    if (congested_ && unsent() > 0 && unsent() <= options_.high_mark / 2) {
      congested_ = false;
      stuck_since_ = {};                  // half a buffer went out in time: the account begins anew
      owner_.on_drained();                // queues more behind what is still here
      if (state_ == State::dead) return;  // it may abort()
      (void)congested();
    }
  }
  stuck_since_ = {};
  if (state_ == State::finishing) {
    // Who said that it will send nothing more and has sent some all the same would meet a reset instead of its answer.
    if (!linger_ && !stream_->maybe_readable()) {
      dispose();
      owner_.on_finished();
      return;
    }
    stream_->shutdown_write();
    state_ = State::lingering;
    timer_.arm(loop_.now() + kLinger);
    drain_lingering();
    return;
  }
  if (congested_ || empty_wanted_) {
    congested_ = empty_wanted_ = false;
    owner_.on_drained();
  }
}

// Progress moves the deadline, but never beyond what the least rate allows: a byte a minute would hold the buffers for ever.
void Channel::wait_for_room() {
  if (timer_.armed()) return;
  if (stuck_since_ == Instant{}) {
    stuck_since_ = loop_.now();
    stuck_sent_ = 0;
  }
  out_->compact();
  Instant due = loop_.now() + options_.write_timeout;
  if (options_.rate_min > 0)
    due = std::min(due, stuck_since_ + options_.write_timeout + time_at_rate(stuck_sent_, options_.rate_min));
  timer_.arm(due);
}

// A server may answer and close before it has read the whole request; the reset that follows must not cost the answer,
// which waits to be read (RFC 9112 §9.5). Since a FIN can no longer be told from a reset, the end is a break.
void Channel::write_failed(int os_errno) {
  if (options_.side != Side::upstream || state_ != State::open || !reading_ || eof_) return broken(os_errno);
  write_errno_ = os_errno;
  timer_.arm(loop_.now() + kLastWords);  // what arrived with the reset is announced at once
  read_once();
}

void Channel::read_once() {
  std::span<char> room = loop_.read_room();
  IoCount got = stream_->try_read(room);
  switch (got.state) {
    case IoCount::State::moved: {
      if (stream_->maybe_readable() || write_errno_ != 0) {
        read_wanted_ = true;  // more is there: after the others had their turn
        loop_.run_next_turn(*this);
      }
      owner_.on_bytes(loop_.take(got.bytes));
      return;
    }
    case IoCount::State::blocked: return;
    case IoCount::State::closed:
      if (write_errno_ != 0) return broken(write_errno_);
      eof_ = true;
      reading_ = false;
      owner_.on_eof();
      return;
    case IoCount::State::failed: broken(got.os_errno); return;
  }
}

void Channel::on_readable() {
  if (state_ == State::lingering) drain_lingering();
  else if (state_ == State::open && reading_ && !eof_) read_once();
}

void Channel::on_writable() {
  if (unsent() > 0 || state_ == State::finishing) flush();
}

// A reset while nobody reads (a paused client that went away) must still end the work done for it.
void Channel::on_hangup() {
  if (state_ == State::dead || state_ == State::lingering) return;
  if (state_ == State::open && reading_ && !eof_) return;  // reading will tell, after the last bytes
  int reason = stream_->connect_errno();
  if (reason != 0) broken(reason);
}

void Channel::finish(bool linger) {
  PH_ASSERT(state_ == State::open);
  linger_ = linger;
  reading_ = false;
  state_ = State::finishing;
  flush_soon();
}

// The peer's last bytes are read and dropped, or our FIN would be followed by a reset that can destroy our response. Only the
// linger time ends this: a fast upload has more bytes on the way than any limit in bytes would allow.
void Channel::drain_lingering() {
  ByteCount dropped = 0;
  while (true) {
    IoCount got = eof_ ? IoCount{IoCount::State::closed} : stream_->try_read(loop_.read_room());
    if (got.state == IoCount::State::blocked) return;
    if (got.state != IoCount::State::moved) {
      dispose();
      owner_.on_finished();
      return;
    }
    dropped += got.bytes;
    if (dropped >= kLingerBytesPerTurn) {
      read_wanted_ = true;
      loop_.run_next_turn(*this);
      return;
    }
  }
}

void Channel::on_timer() {
  if (state_ == State::lingering) {
    dispose();
    owner_.on_finished();
  } else if (write_errno_ != 0) {
    broken(write_errno_);
  } else if (state_ == State::finishing || unsent() > 0) {
    given_up();
  }
}

void Channel::broken(int os_errno) {
  Error error = stream_error(options_.side, os_errno);
  if (os_errno == ETIMEDOUT) error.token = Token::connection_write_timeout;
  dispose();
  owner_.on_broken(error);
}

// Reset, not closed: the peer may come back and read what the kernel still holds, and the FIN behind it would make that look
// like the end of content that only a close delimits. Nor does the kernel keep it for a peer that never comes back.
void Channel::given_up() {
  stream_->abort();
  broken(ETIMEDOUT);
}

void Channel::abort() {
  if (stream_) stream_->abort();
  dispose();
}

Stream& Channel::lend(ReadyListener& listener) {
  PH_ASSERT(unsent() == 0);
  reading_ = false;
  stream_->set_listener(&listener);
  return *stream_;
}

void Channel::take_back() {
  if (stream_) stream_->set_listener(this);
}

std::unique_ptr<Stream> Channel::release() {
  PH_ASSERT(unsent() == 0);
  stream_->set_listener(nullptr);
  auto stream = std::move(stream_);
  dispose();
  return stream;
}

}  // namespace porthole::io
