// Connection: one connection to a server, with its codec session. Lent to an exchange as a Lease, idle in the Pool between.
// It drives the session: bytes from the channel are fed and polled into the inbox of the stream, then the exchange's Signal
// is raised. Speaks whatever its ClientSession speaks.
#pragma once

#include <memory>

#include "base/intrusive_list.h"
#include "io/channel.h"
#include "io/signal.h"
#include "upstream/address_policy.h"
#include "wire/inbox.h"
#include "wire/session.h"

namespace porthole::upstream {

struct ConnectionOptions {
  ByteCount body_buffer = 256 * 1024;  // received and not taken: reading pauses; unsent: congested()
  Duration write_timeout = std::chrono::seconds(60);
  ByteCount rate_min = 0;  // see io::ChannelOptions
};

// Told when an idle connection can no longer be used. It must not be destroyed in the call: Loop::bury() it.
class ConnectionOwner {
 public:
  virtual void on_idle_lost(class Connection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

// Idle connections are also members of their owner's list by age.
using AgeLink = TaggedLink<struct AgeTag>;

class Connection final : public Link, public AgeLink, public io::Buried, private io::ChannelOwner {
 public:
  struct Parts {
    io::Loop& loop;
    std::unique_ptr<io::Stream> stream;
    std::unique_ptr<wire::ClientSession> session;
    Endpoint address;
  };
  // `owner` and the loop outlive the connection.
  Connection(Parts parts, const ConnectionOptions& options, ConnectionOwner& owner);
  ~Connection() override;

  // A new request on this connection; `waker` is raised whenever something of it changed, until close_stream().
  // Precondition: available().
  void open(io::Signal& waker);
  bool available() const;  // idle, standing, and the session persists

  void send_head(const http::RequestHead& head, const http::Framing& framing);
  void send_data(Bytes data);
  void send_end(const http::Fields* trailers);
  bool congested() const { return channel_.congested(); }
  ByteCount unsent() const { return channel_.unsent(); }

  // What arrived. After taking data call resume(), so that a paused connection reads on. An error with `retry == safe`
  // means: a reused connection died before the first byte of the response.
  wire::ResponseInbox& inbox() { return inbox_; }
  void resume();

  // The exchange lets go. True when the connection may serve another request (it is idle now).
  bool close_stream();
  // Lets go for good: nobody is told anything any more. Bury or destroy it next.
  void retire();
  // CONNECT through a parent or Upgrade: the bare stream and what was read of it. The connection is dead afterwards.
  // Precondition: unsent() == 0.
  struct Raw {
    std::unique_ptr<io::Stream> stream;
    Bytes early;
  };
  Raw take_over();

  // For splice: the channel with the bare stream; content still to come, all of it on the socket (see
  // wire::ClientSession::plain_content_left).
  io::Channel& channel() { return channel_; }
  std::uint64_t plain_content_left() const;
  // `bytes` were read from the stream past us. At the end of the content the inbox says so.
  void skip_received(std::uint64_t bytes);
  // While content is spliced, the channel must not read; resume() goes back.
  void pause_reading() { channel_.pause_reading(); }

  const Endpoint& address() const { return address_; }
  ConnectionOwner& owner() const { return owner_; }
  bool reused() const { return served_ > 1; }
  std::uint32_t served() const { return served_; }
  Instant idle_since() const { return idle_since_; }

  // For the owner: by whom the address was vetted last.
  std::shared_ptr<const AddressPolicy> vetted_by;

 private:
  void on_bytes(Bytes bytes) override;
  void on_eof() override;
  void on_drained() override;
  void on_broken(const Error& error) override;
  void on_finished() override {}
  void dispatch();
  bool inbox_full() const;
  void take(wire::ClientEvent& event);
  void fail(Error error);
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
  bool dead_ = false;            // carries no further request
  bool response_begun_ = false;  // a byte of the present response arrived
  io::Channel channel_;          // last: its callbacks end first
};

}  // namespace porthole::upstream
