// The small HTTP server behind each listener of our own: the admin thread's loop, few connections. What it answers is its Site's
// business (site.h). It uses the same session and channel as the proxy, so bad input meets the same parser.
#pragma once

#include <memory>
#include <vector>

#include "admin/site.h"
#include "io/tcp.h"
#include "wire/session.h"

namespace porthole::admin {

class Visitor;

class Server final : private io::AcceptHandler {
 public:
  static constexpr std::size_t kVisitorsMax = 64;  // further connections are closed at once

  // Both outlive the server. All calls in the loop's thread.
  Server(io::Loop& loop, Site& site);
  ~Server();

  // Accepts on `socket` from now on.
  void listen(io::EpollLoop& loop, io::ListenSocket socket);
  // A connection from elsewhere (tests).
  void serve(std::unique_ptr<io::Stream> stream) { on_accept(std::move(stream)); }
  std::size_t visitors() const { return visitor_count_; }

 private:
  friend class Visitor;
  void on_accept(std::unique_ptr<io::Stream> stream) override;
  void on_accept_paused(int) override {}
  void over(Visitor& visitor);

  io::Loop& loop_;
  Site& site_;
  wire::HeadPools heads_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;
  List<Visitor> visitors_;
  std::size_t visitor_count_ = 0;
};

}  // namespace porthole::admin
