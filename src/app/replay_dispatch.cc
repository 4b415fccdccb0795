// See replay_dispatch.h.
#include "app/replay_dispatch.h"

#include <utility>

#include "proxy/replay_request.h"

namespace porthole::app {

Result<std::unique_ptr<control::Replay::Ticket>> ReplayDispatch::send(control::ReplayRequest request) {
  PH_TRY(std::string bytes, proxy::compose_replay(request));
  auto [order, ticket] = proxy::ReplayOrder::place(request.of, std::move(bytes));
  workers_[next_++ % workers_.size()]->replay(std::move(order));
  return std::move(ticket);
}

}  // namespace porthole::app
