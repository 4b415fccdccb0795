// ServerStream: one request on a client's connection and the way back for its response. The exchange speaks to this and never
// learns which protocol version carries it. Owned by its exchange's task; unlinks from the Client when destroyed.
#pragma once

#include <memory>

#include "base/free_list.h"
#include "base/intrusive_list.h"
#include "io/channel.h"
#include "io/signal.h"
#include "proxy/admission.h"
#include "wire/inbox.h"
#include "wire/session.h"

namespace porthole::proxy {

// What is known of the client before its first byte.
struct ClientFacts {
  Endpoint client;
  Endpoint listener;        // where it arrived; port 0 when it did not come through a listener
  bool guarded = false;     // that listener is reachable from beyond loopback
  bool over_limit = false;  // it holds as many connections as it may: this one gets one answer that says so
};

// A connection that has left HTTP: the bare stream, and what was read of it already.
struct RawClient {
  std::unique_ptr<io::Stream> stream;
  Bytes early;
  Admission::Place place;
};

// The connection behind a stream.
class StreamHost {
 public:
  virtual wire::ServerSession& session() = 0;
  virtual io::Channel& channel() = 0;
  virtual const ClientFacts& facts() const = 0;
  // The client has sent its FIN: it may still read, or it may be gone.
  virtual bool client_finished() const = 0;
  // The stream's inbox was emptied: read on if it had been full.
  virtual void inbox_taken() = 0;
  virtual void stream_over(class ServerStream& stream) = 0;
  // The response was cut, and the client must be able to tell: the connection closes, by a reset when `hard`.
  virtual void cut(bool hard) = 0;
  virtual RawClient take_over(wire::StreamId id) = 0;

 protected:
  ~StreamHost() = default;
};

class ServerStream final : public Link {
 public:
  ServerStream(StreamHost& host, wire::StreamId id, BlockPool& blocks) : host_(host), id_(id), inbox_(blocks) {}
  ~ServerStream() { host_.stream_over(*this); }
  static void* operator new(std::size_t size) { return frame_allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { frame_release(memory, size); }

  wire::StreamId id() const { return id_; }
  const ClientFacts& facts() const { return host_.facts(); }

  // The request as it arrives. The waker is raised when something was added, when the client can take more, and never
  // for a client that is gone: then the whole exchange is destroyed.
  wire::RequestInbox& inbox() { return inbox_; }
  void set_waker(io::Signal* waker) { waker_ = waker; }
  void wake() {
    if (waker_) waker_->raise();
  }
  void inbox_taken() { host_.inbox_taken(); }

  bool client_finished() const { return host_.client_finished(); }

  // The response, in order (see wire::ServerSession).
  void send_interim(const http::ResponseHead& head) {
    session().send_interim(id_, head);
    flush();
  }
  void send_head(const http::ResponseHead& head, const http::Framing& framing) {
    session().send_head(id_, head, framing);
    flush();
  }
  void send_data(Bytes data) {
    session().send_data(id_, std::move(data));
    flush();
  }
  void send_end(const http::Fields* trailers) {
    session().send_end(id_, trailers);
    flush();
  }
  void close_after_this() { session().close_after_this(); }
  // The response cannot be finished: what was sent must not look complete. `hard` for close-delimited content, which an
  // orderly close would complete.
  void reset(const Error& error, bool hard) {
    session().reset(id_, error);
    host_.cut(hard);
  }

  bool congested() const { return host_.channel().congested(); }
  ByteCount unsent() const { return host_.channel().unsent(); }
  // Raises the waker once everything sent so far has been handed to the kernel.
  void tell_when_sent() { host_.channel().tell_when_empty(); }
  bool persistent() const { return host_.session().persistent(); }

  // CONNECT or Upgrade. Precondition: unsent() == 0. The stream is of no further use.
  RawClient take_over() { return host_.take_over(id_); }

  // For splice (see wire::ServerSession::plain_content_due).
  io::Channel& channel() { return host_.channel(); }
  std::uint64_t plain_content_due() const { return host_.session().plain_content_due(id_); }
  void skip_sent(std::uint64_t bytes) { session().skip_sent(id_, bytes); }

 private:
  wire::ServerSession& session() { return host_.session(); }
  void flush() { host_.channel().flush_soon(); }
  StreamHost& host_;
  io::Signal* waker_ = nullptr;
  wire::StreamId id_;
  wire::RequestInbox inbox_;
  friend class Client;
  bool started_ = false;  // its exchange runs and owns it; before, the Client does
};

}  // namespace porthole::proxy
