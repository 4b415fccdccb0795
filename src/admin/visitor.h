// Visitor: one connection to a listener of ours. A request is answered when its head and its content, up to the site's limit,
// are there; content that is not wanted ends the connection. Pipelined requests are answered in order, and wait while the
// visitor does not read; so does a feed.
#pragma once

#include <memory>
#include <optional>

#include "admin/server.h"
#include "admin/site.h"
#include "io/channel.h"

namespace porthole::admin {

class Visitor final : public Link, public io::Buried, private io::ChannelOwner, private io::Runnable {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(60);  // between requests, and for a whole request

  // The server outlives the visitor.
  Visitor(Server& server, std::unique_ptr<io::Stream> stream);

 private:
  void on_bytes(Bytes bytes) override;
  void on_eof() override;
  void on_drained() override;
  void on_broken(const Error&) override { leave(); }
  void on_finished() override { leave(); }
  void run() override;
  void on_timer();
  void dispatch();
  void take(wire::ServerEvent& event);
  void begin(wire::ServerEvent& event);
  void look();
  void respond(wire::StreamId stream, Answer answer, bool head_only, bool last);
  void send(wire::StreamId stream, std::string_view text);
  void pull();
  void close();
  void leave();

  Server& server_;
  std::unique_ptr<wire::ServerSession> session_;
  Pooled<http::RequestHead> request_;  // whose content is being read
  std::string content_;
  std::unique_ptr<Feed> feed_;  // being sent
  wire::StreamId feed_stream_ = 0;
  bool feed_last_ = false;
  // Waits for an answer: to which request, and what is known of it.
  struct Waiting {
    std::unique_ptr<Later> later;
    std::vector<std::pair<std::string, std::string>> fields;
    wire::StreamId stream = 0;
    bool head_only = false, last = false;
  };
  std::optional<Waiting> waiting_;
  bool old_ = false;  // the request came in HTTP/1.0, whose answers know no chunks
  io::Timer timer_;   // patience, the feed's next piece, or the next look for an answer
  bool closing_ = false;
  bool left_ = false;
  io::Channel channel_;  // last: its callbacks end first
};

}  // namespace porthole::admin
