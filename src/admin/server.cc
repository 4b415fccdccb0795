// See server.h.
#include "admin/server.h"

#include "admin/visitor.h"

namespace porthole::admin {

Server::Server(io::Loop& loop, Site& site) : loop_(loop), site_(site) {}

Server::~Server() {
  listeners_.clear();
  while (Visitor* visitor = visitors_.pop_front()) delete visitor;
}

void Server::listen(io::EpollLoop& loop, io::ListenSocket socket) {
  listeners_.push_back(std::make_unique<io::Listener>(loop, std::move(socket), static_cast<io::AcceptHandler&>(*this)));
}

void Server::on_accept(std::unique_ptr<io::Stream> stream) {
  if (visitor_count_ >= kVisitorsMax) return;
  auto visitor = std::make_unique<Visitor>(*this, std::move(stream));
  visitors_.push_back(*visitor.release());  // over() or the destructor takes it from the list
  ++visitor_count_;
}

void Server::over(Visitor& visitor) {
  static_cast<Link&>(visitor).unlink();
  --visitor_count_;
  loop_.bury(std::unique_ptr<io::Buried>(&visitor));
}

}  // namespace porthole::admin
