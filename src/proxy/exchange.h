// Exchange: one request and its answer while they pass. run() tells the story from top to bottom; each step is a function of
// its own. It speaks to a ServerStream and a Lease, and knows neither the protocol version nor that there is a socket.
// Whatever happens, end() is called exactly once and last; destroying an exchange that runs ends it as "client gone".
#pragma once

#include "io/task.h"
#include "proxy/relay.h"
#include "proxy/reply.h"
#include "proxy/server_stream.h"
#include "proxy/services.h"
#include "proxy/trace.h"
#include "proxy/tunnel.h"

namespace porthole::proxy {

class Exchange {
 public:
  // Both outlive the exchange.
  Exchange(Services& services, ServerStream& stream);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  io::Task<> run();

 private:
  // Each returns true when the exchange goes on, false when it has been answered.
  bool receive();
  bool admit();
  bool answer_ourselves();
  bool prepare();
  io::Task<bool> acquire(bool fresh);

  io::Task<> forward();
  io::Task<> connect();
  io::Task<> become_tunnel(Tunnel::Side upstream, std::uint16_t status);
  void respond_failed(const RelayResult& result);
  void refuse(const Error& error);
  void answer_with_page();
  void send_reply(Reply& reply, bool close);
  ReplyFacts reply_facts();
  bool close_after_own_answer() const;
  upstream::Route route(upstream::DialWatch* watch = nullptr) const;
  Trace trace() const { return {tap_, services_.loop}; }
  void deny(std::string_view rule, const Error& error);
  void tell_paths() const;
  rules::Facts facts() const;
  void end(flow::End how, Token error);
  void count_request(Token error);

  Services& services_;
  ServerStream& stream_;
  std::shared_ptr<const Snapshot> snapshot_;
  io::Signal wake_;
  Instant begun_at_;
  WallTime begun_;
  flow::Tap tap_;
  flow::FlowId flow_;
  Pooled<http::RequestHead> request_;
  http::Framing framing_;
  Pooled<Scratch> scratch_;
  upstream::Lease lease_;
  Moved moved_;
  Endpoint upstream_;
  std::uint16_t served_ = 0;  // requests, by the server's connection before; 65,535 at most
  bool ended_ = false;
};

}  // namespace porthole::proxy
