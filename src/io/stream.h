// Stream: an ordered pair of byte flows, read and written without blocking. TcpStream and MemoryStream implement it (TlsStream
// will). Readiness is edge-triggered: a listener is told once when a direction becomes possible, and the stream remembers
// it, so trying costs a system call only when it may succeed.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include <sys/uio.h>

#include "base/ip.h"
#include "base/result.h"
#include "base/units.h"

namespace porthole::io {

// What became of one attempt to move bytes.
struct IoCount {
  enum class State : std::uint8_t {
    moved,    // bytes > 0
    blocked,  // nothing now; the listener will be told
    closed,   // reading: the peer will send nothing more (FIN)
    failed,   // os_errno says why; the stream is dead
  };
  State state = State::blocked;
  std::size_t bytes = 0;
  int os_errno = 0;
};

// How the network between the two ends is, as the kernel knows it.
struct PathState {
  Duration rtt{}, rtt_variation{};
  Duration rtt_min{};             // 0: not known
  std::uint32_t retransmits = 0;  // segments sent again since the connection was opened
  ByteCount delivery_rate = 0;    // bytes a second that the peer took lately; 0: not known
};

class ReadyListener {
 public:
  virtual void on_readable() = 0;  // bytes, end of stream, or failure: try_read() tells
  virtual void on_writable() = 0;
  virtual void on_hangup() = 0;  // reset or both directions shut: trying tells the same; for those who do not try

 protected:
  ~ReadyListener() = default;
};

class Stream {
 public:
  // Destroying closes. Safe inside a callback of the stream itself.
  virtual ~Stream() = default;

  // At most one listener; null for none. A direction that is ready already is reported at the next turn.
  virtual void set_listener(ReadyListener* listener) = 0;

  virtual IoCount try_read(std::span<char> room) = 0;
  // False once try_read() has drained the stream: more is told to the listener. True may be followed by `blocked`.
  virtual bool maybe_readable() const = 0;
  virtual IoCount try_write(std::span<const iovec> pieces) = 0;
  // Sends FIN after what was written; reading goes on.
  virtual void shutdown_write() = 0;
  // Closes at once, with RST where the transport knows it.
  virtual void abort() = 0;

  virtual Endpoint peer() const = 0;
  virtual Endpoint local() const = 0;

  // A connecting stream becomes writable when it stands or failed. 0 = stands (or still connecting), else an errno.
  virtual int connect_errno() = 0;

  // A system call. Nothing when there is no network between, or nothing was measured.
  virtual std::optional<PathState> path() const { return std::nullopt; }

  // For splice; -1 when there is no descriptor that carries exactly these bytes. The caller must report a
  // EAGAIN it met there through note_blocked(), so that the memory of readiness stays true.
  virtual int descriptor() const { return -1; }
  virtual bool maybe_writable() const = 0;
  virtual void note_blocked(bool reading) { (void)reading; }
};

// The error of a failed or closed stream, on the given side.
Error stream_error(Side side, int os_errno);

}  // namespace porthole::io
