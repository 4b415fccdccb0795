// What one worker counts about exchanges and connections. Written by the worker, read by whoever answers /metrics.
#pragma once

#include <array>

#include "base/error.h"
#include "base/metrics.h"

namespace porthole::proxy {

struct Metrics {
  // porthole_requests_total{method,status_class,proxy_error}: by http::Method, then 1xx..5xx and "none", then Token.
  using ByToken = std::array<Counter, static_cast<std::size_t>(Token::count_)>;
  std::array<std::array<ByToken, 6>, 10> requests;
  Counter bytes_in, bytes_out;  // content and tunnel bytes, from and to clients
  Counter connections_accepted, connections_refused, connections_over_limit, connections_cleared, accept_pauses;
  Gauge connections, idle_connections, exchanges, tunnels;
  Counter tunnels_total, retries, splices;
  Histogram request_seconds;
};

}  // namespace porthole::proxy
