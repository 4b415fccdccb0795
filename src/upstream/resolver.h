// Resolver: names to addresses, with a TTL cache (negative answers too). One per worker; asynchronous. `localhost` and
// names under it never go to DNS (RFC 6761 §6.3). c-ares stays inside the .cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "io/epoll_loop.h"
#include "io/task.h"
#include "upstream/options.h"

namespace porthole::upstream {

struct Addresses {
  std::vector<IpAddress> list;  // IPv6 first, each family as RFC 6724 sorts it; at least one
  Instant resolved_at{};        // for "DNS answer and age"
  bool complete = true;         // false: one family's answer is still on its way, see rest()
};

class Resolver {
 public:
  using Answer = Result<std::shared_ptr<const Addresses>>;
  virtual ~Resolver() = default;
  // The cached answer or null: the fast path without a coroutine. `name` in any case, a final dot is ignored.
  virtual std::shared_ptr<const Addresses> cached(std::string_view name) = 0;
  // Errors: dns_error (502: NXDOMAIN, no address, refused), dns_timeout (504). Concurrent questions for a name share one
  // lookup. The task may be destroyed while it waits. Never longer than ResolverOptions::timeout, whatever the deadline.
  virtual io::Task<Answer> resolve(std::string name, Instant deadline) = 0;
  // After an answer that was not complete: the addresses which it lacked. Error: there are none.
  virtual io::Task<Answer> rest(std::string name, Instant deadline);
};

std::unique_ptr<Resolver> make_cares_resolver(io::EpollLoop& loop, const ResolverOptions& options);

}  // namespace porthole::upstream
