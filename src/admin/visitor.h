// Visitor: one connection to the observe listener. A request is answered as soon as its head is there; a body is not wanted and
// ends the connection. Pipelined requests are answered in order, and wait while the visitor does not read.
#pragma once

#include <memory>

#include "admin/answers.h"
#include "admin/server.h"
#include "io/channel.h"

namespace porthole::admin {

class Visitor final : public Link, public io::Buried, private io::ChannelOwner {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(60);  // between requests, and for a whole head

  // The server outlives the visitor.
  Visitor(Server& server, std::unique_ptr<io::Stream> stream);

 private:
  void on_bytes(Bytes bytes) override;
  void on_eof() override;
  void on_drained() override { dispatch(); }
  void on_broken(const Error&) override { leave(); }
  void on_finished() override { leave(); }
  void on_timer() { close(); }
  void dispatch();
  void respond(wire::StreamId stream, const ObserveAnswer& answer, bool head_only, bool last);
  void close();
  void leave();

  Server& server_;
  std::unique_ptr<wire::ServerSession> session_;
  io::Timer timer_;
  bool closing_ = false;
  bool left_ = false;
  io::Channel channel_;  // last: its callbacks end first
};

}  // namespace porthole::admin
