// See listeners.h.
#include "app/listeners.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "app/port_holder.h"

namespace porthole::app {
namespace {

std::string explain(const Endpoint& at, int os_errno, std::string_view flag) {
  switch (os_errno) {
    case EADDRINUSE: {
      auto holder = find_port_holder(at);
      Endpoint free = at;
      free.port = 0;
      return fmt::format("cannot listen on {}: {} has that port; take a free one with {} {}", at.text(),
                         holder ? holder->text() : "somebody", flag, free.text());
    }
    case EADDRNOTAVAIL: return fmt::format("cannot listen on {}: this machine does not have that address", at.text());
    case EACCES:
      return fmt::format("cannot listen on {}: ports below 1024 need CAP_NET_BIND_SERVICE; take a higher one with {}",
                         at.text(), flag);
    default: return fmt::format("cannot listen on {}: {}", at.text(), std::strerror(os_errno));
  }
}

// Removes from `from` what is also in `in`, one for one.
std::vector<Endpoint> without(std::vector<Endpoint> from, const std::vector<Endpoint>& in) {
  for (const Endpoint& one : in) {
    auto found = std::find(from.begin(), from.end(), one);
    if (found != from.end()) from.erase(found);
  }
  return from;
}

}  // namespace

std::expected<ListenAddress, ListenFailure> open_listener(const Endpoint& at, std::size_t sockets,
                                                          std::string_view flag, bool shared_with_us) {
  ListenAddress address{.asked = at, .bound = at, .sockets = {}};
  for (std::size_t i = 0; i < sockets; ++i) {
    // The first one finds strangers and, for port 0, a port; the others share it.
    auto socket = io::ListenSocket::open(address.bound, i == 0 && !shared_with_us);
    if (!socket) {
      int reason = socket.error().os_errno;
      return std::unexpected(ListenFailure{reason, explain(address.bound, reason, flag)});
    }
    address.bound = socket->local();
    address.sockets.push_back(std::move(*socket));
  }
  return address;
}

bool overlap(const Endpoint& a, const Endpoint& b) {
  bool alike = a.port == b.port && a.port != 0 && a.ip.v4 == b.ip.v4;
  return alike && (a.ip.unspecified() || b.ip.unspecified());
}

ListenPlan plan_listeners(const std::vector<Endpoint>& before, const std::vector<Endpoint>& after) {
  return {.add = without(after, before), .remove = without(before, after)};
}

}  // namespace porthole::app
