// See pump.h. Copying: read into the scratch block, write at once; what could not be written is kept as the slice it is,
// and reading stops until it left. Splicing: fill the pipe from the source, empty it into the sink.
#include "io/pump.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>

namespace porthole::io {
namespace {

constexpr ByteCount kSpliceAfter =
    256 * 1024;  // a flow this big is worth a pipe: below, two more system calls cost more
constexpr std::size_t kStepBytes = 256 * 1024;  // then the others have their turn

}  // namespace

Pump::Pump(Loop& loop, PipePool& pipes, Stream& from, Stream& to, Side from_side)
    : loop_(loop), pipes_(pipes), from_(from), to_(to), from_side_(from_side) {}

Pump::~Pump() = default;

void Pump::begin_with(Bytes bytes) { keep(std::move(bytes)); }

void Pump::show_witness(std::string_view bytes) {
  if (witness_ && !bytes.empty() && !witness_->saw(bytes)) witness_ = nullptr;
}

void Pump::keep(Bytes bytes) {
  if (bytes.empty()) return;
  if (!stuck_) stuck_ = std::make_unique<ByteQueue>(loop_.blocks());
  stuck_->push(std::move(bytes));
}

void Pump::limit(ByteCount bytes) {
  limited_ = true;
  left_ = bytes;
}

bool Pump::step() {
  if (state_ != State::open) return false;
  bool no_pipe = false;
  if (lane_ == Lane::copy && wants_splice()) {
    pipe_ = pipes_.take();
    if (pipe_) lane_ = Lane::splice;
    else no_pipe = true;  // asked for again in the next step, not after each read
  }
  return lane_ == Lane::splice ? step_splice() : step_copy(no_pipe);
}

bool Pump::wants_splice() const {
  return !witness_ && (limited_ || moved_ >= kSpliceAfter) && (!stuck_ || stuck_->empty()) && from_.descriptor() >= 0 &&
         to_.descriptor() >= 0;
}

// Writes what waits. True when nothing waits any more.
bool Pump::write_stuck() {
  while (stuck_ && !stuck_->empty()) {
    std::array<iovec, 16> pieces;
    std::size_t count = stuck_->gather(pieces);
    IoCount sent = to_.try_write({pieces.data(), count});
    if (sent.state == IoCount::State::failed) {
      fail_with(from_side_ == Side::client ? Side::upstream : Side::client, sent.os_errno);
      return false;
    }
    if (sent.state != IoCount::State::moved) {
      stuck_->compact();
      return false;
    }
    std::size_t left = sent.bytes;
    for (std::size_t i = 0; i < count && left > 0 && witness_; ++i) {
      std::size_t size = std::min(left, pieces[i].iov_len);
      show_witness({static_cast<const char*>(pieces[i].iov_base), size});
      left -= size;
    }
    stuck_->consume(sent.bytes);
    moved_ += sent.bytes;
  }
  return true;
}

bool Pump::step_copy(bool no_pipe) {
  std::size_t budget = kStepBytes;
  while (write_stuck()) {
    if (source_ended_ || left_ == 0) {
      finish();
      return false;
    }
    std::span<char> room = loop_.read_room();
    IoCount got = from_.try_read(room.first(std::min<ByteCount>(room.size(), left_)));
    if (got.state == IoCount::State::blocked) return false;
    if (got.state == IoCount::State::failed) {
      fail_with(from_side_, got.os_errno);
      return false;
    }
    if (got.state == IoCount::State::closed) {
      source_ended_ = true;
      continue;
    }
    left_ -= got.bytes;
    Bytes bytes = loop_.take(got.bytes);
    iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    IoCount sent = to_.try_write({&piece, 1});
    if (sent.state == IoCount::State::moved) {
      show_witness(bytes.view().substr(0, sent.bytes));
      moved_ += sent.bytes;
      bytes.remove_prefix(sent.bytes);
    }
    keep(std::move(bytes));
    if (!no_pipe && wants_splice()) return true;
    if (got.bytes >= budget) return from_.maybe_readable();
    budget -= got.bytes;
  }
  return false;
}

bool Pump::step_splice() {
  std::size_t budget = kStepBytes;
  while (true) {
    if (pipe_.held() < PipePool::kPipeBytes && !source_ended_ && left_ > 0 && from_.maybe_readable()) {
      std::size_t most = std::min<ByteCount>(PipePool::kPipeBytes - pipe_.held(), left_);
      ssize_t n =
          ::splice(from_.descriptor(), nullptr, pipe_.write_end(), nullptr, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
      if (n > 0) {
        pipe_.add(static_cast<std::size_t>(n));
        left_ -= static_cast<std::size_t>(n);
      } else if (n == 0) {
        source_ended_ = true;
      } else if (errno == EAGAIN) {
        if (pipe_.held() == 0) from_.note_blocked(true);  // else the pipe may be what is full
      } else if (errno != EINTR) {
        fail_with(from_side_, errno);
        return false;
      }
    }
    if (pipe_.held() == 0) {
      if (source_ended_ || left_ == 0) finish();
      else if (from_.maybe_readable()) continue;
      else leave_pipe();
      return false;
    }
    if (!to_.maybe_writable()) return false;
    ssize_t n =
        ::splice(pipe_.read_end(), nullptr, to_.descriptor(), nullptr, pipe_.held(), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0) {
      auto sent = static_cast<std::size_t>(n);
      pipe_.remove(sent);
      moved_ += sent;
      if (sent >= budget) return true;
      budget -= sent;
    } else if (n < 0 && errno == EAGAIN) {
      to_.note_blocked(false);
      return false;
    } else if (n < 0 && errno != EINTR) {
      fail_with(from_side_ == Side::client ? Side::upstream : Side::client, errno);
      return false;
    }
  }
}

// Idle: the pipe is empty and serves others. The next bytes take one again, which costs a few instructions.
void Pump::leave_pipe() {
  pipe_ = PooledPipe();
  lane_ = Lane::copy;
}

void Pump::finish() {
  state_ = State::ended;
  if (limited_ && left_ > 0) fail_with(from_side_, ECONNRESET);  // the message was cut short
  else if (!limited_) to_.shutdown_write();
  pipe_ = PooledPipe();
  stuck_.reset();
}

void Pump::fail_with(Side side, int os_errno) {
  state_ = State::failed;
  error_ = stream_error(side, os_errno);
}

}  // namespace porthole::io
