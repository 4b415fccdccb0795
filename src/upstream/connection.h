// Connection: one connection to a server, with its codec session. Lent to an exchange as a Lease, idle in the Pool between.
// It drives the session: bytes from the channel are fed and polled into the inbox of the stream, then the exchange's Signal
// is raised. Speaks whatever its ClientSession speaks.
#pragma once

#include <memory>

#include "base/intrusive_list.h"
#include "io/channel.h"
#include "io/signal.h"
#include "wire/inbox.h"
#include "wire/session.h"

namespace porthole::upstream {

struct ConnectionOptions {
  ByteCount body_buffer = 256 * 1024;  // received and not taken: reading pauses; unsent: congested()
  Duration write_timeout = std::chrono::seconds(60);
};

// Told when an idle connection can no longer be used.
class ConnectionOwner {
 public:
  virtual void on_idle_lost(class Connection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connection final : public Link, public io::Buried, private io::ChannelOwner {
 public:
  Connection(io::Loop& loop, std::unique_ptr<io::Stream> stream, std::unique_ptr<wire::ClientSession> session,
             const Endpoint& address, const ConnectionOptions& options, ConnectionOwner& owner);
  ~Connection() override;

  // A new request on this connection. Precondition: available().
  void open(io::Signal& waker);
  bool available() const;  // idle, standing, and the session persists

  void send_head(const http::RequestHead& head, const http::Framing& framing);
  void send_data(Bytes data);
  void send_end(const http::Fields* trailers);
  bool congested() const { return channel_.congested(); }
  ByteCount unsent() const { return channel_.unsent(); }

  // What arrived. After taking data call resume(), so that a paused connection reads on.
  wire::ResponseInbox& inbox() { return inbox_; }
  void resume();

  // The exchange lets go. True when the connection may serve another request (it is idle now).
  bool close_stream();
  // CONNECT through a parent or Upgrade: the bare stream and what was read of it. The connection is dead afterwards.
  struct Raw {
    std::unique_ptr<io::Stream> stream;
    Bytes early;
  };
  Raw take_over();

  // For splice: the bare stream; content still to come, all of it on the socket (see wire::ClientSession::plain_content_left).
  io::Channel& channel() { return channel_; }
  std::uint64_t plain_content_left() const;
  void skip_received(std::uint64_t bytes);
  // While content is spliced, the channel must not read: begin returns true when reading is now the caller's.
  void pause_reading() { channel_.pause_reading(); }

  const Endpoint& address() const { return address_; }
  bool reused() const { return served_ > 1; }
  std::uint32_t served() const { return served_; }
  Instant idle_since() const { return idle_since_; }

 private:
  void on_bytes(Bytes bytes) override;
  void on_eof() override;
  void on_drained() override;
  void on_broken(const Error& error) override;
  void on_finished() override;
  void dispatch();
  void wake();
  void lost();

  io::Loop& loop_;
  std::unique_ptr<wire::ClientSession> session_;
  ConnectionOwner& owner_;
  ConnectionOptions options_;
  Endpoint address_;
  wire::ResponseInbox inbox_;
  io::Signal* waker_ = nullptr;  // null while idle
  wire::StreamId stream_ = 0;
  std::uint32_t served_ = 0;
  Instant idle_since_{};
  bool dead_ = false;
  io::Channel channel_;  // last: its callbacks end first
};

}  // namespace porthole::upstream
