// Client: one connection from a client. It tells the protocol by the first bytes, drives the session (bytes in, events to the
// streams' inboxes, output to the channel), starts an exchange for each request, and closes the connection in stages.
// An idle client holds its channel, its session and a timer, and no buffer.
#pragma once

#include <memory>
#include <vector>

#include "io/channel.h"
#include "io/task_scope.h"
#include "proxy/protocols.h"
#include "proxy/server_stream.h"
#include "proxy/services.h"

namespace porthole::proxy {

class Client;

// Told once, when the connection is over; unlinks and buries the client.
class ClientKeeper {
 public:
  virtual void on_client_over(Client& client) = 0;

 protected:
  ~ClientKeeper() = default;
};

class Client final : public Link,
                     public io::Buried,
                     private io::ChannelOwner,
                     private StreamHost,
                     private io::Runnable {
 public:
  // `services` and `keeper` outlive the client.
  Client(Services& services, ClientKeeper& keeper, std::unique_ptr<io::Stream> stream, const ClientFacts& facts,
         Admission::Place place);
  ~Client() override;

  const ClientFacts& facts() const override { return facts_; }
  // Since when no request is under way: it is silent between two, or its head is not complete. kNever while one is.
  Instant waiting_since() const { return streams_.empty() && !over_ && !closing_ ? waiting_since_ : kNever; }
  // The server is draining: the connection closes when it has been idle since `idle_before` or longer. Not earlier, since its
  // last response may have gone out without `Connection: close`, and the next request be on its way.
  void drain(Instant idle_before);
  // Room is needed: closes it if no request is under way, without waiting for the client's FIN.
  void make_room();
  // Ends everything on it now, without a further callback to the keeper.
  void cut_now();

 private:
  // io::ChannelOwner
  void on_bytes(Bytes bytes) override;
  void on_eof() override;
  void on_drained() override;
  void on_broken(const Error& error) override;
  void on_finished() override;
  // StreamHost
  wire::ServerSession& session() override { return *session_; }
  io::Channel& channel() override { return channel_; }
  bool client_finished() const override { return eof_; }
  void inbox_taken() override;
  void stream_over(ServerStream& stream) override;
  void cut(bool hard) override;
  RawClient take_over(wire::StreamId id) override;

  void run() override;  // after a stream has ended, or the session has input left
  bool begin_session(const Bytes& bytes);
  void dispatch();
  void begin_stream(wire::ServerEvent& event);
  void start_exchanges();
  ServerStream* find(wire::StreamId id);
  void become_idle();
  void on_timer();
  void close_in_stages();
  void over();
  static io::Task<> serve(Services& services, std::unique_ptr<ServerStream> stream);

  Services& services_;
  ClientKeeper& keeper_;
  ClientFacts facts_;
  Admission::Place place_;
  std::unique_ptr<wire::ServerSession> session_;  // null until the protocol is known
  Bytes first_bytes_;                             // while the protocol is undecided
  List<ServerStream> streams_;
  wire::StreamId last_begun_ = 0;
  io::Timer timer_;          // idle, or head
  Instant waiting_since_{};  // idle since, or first byte of the unfinished head
  bool reading_head_ = false;
  bool eof_ = false;
  bool over_ = false;
  bool closing_ = false;
  bool cut_ = false;
  bool cut_hard_ = false;
  bool taken_over_ = false;
  io::Channel channel_;
  io::TaskScope tasks_;  // last: exchanges die first
};

}  // namespace porthole::proxy
