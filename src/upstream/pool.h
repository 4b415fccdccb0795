// Pool: idle connections per origin, taken last-in-first-out (the warmest first), with a limit per origin and a queue for
// those who wait. One per worker, so nothing is shared and nothing is locked.
#pragma once

#include <memory>
#include <string_view>

#include "base/metrics.h"
#include "http/target.h"
#include "upstream/connection.h"
#include "upstream/dialer.h"
#include "wire/h1/session.h"

namespace porthole::upstream {

// Where a request goes. Views, and who watches, live as long as the call (and, in lease() and dial(), until the task ends).
struct Route {
  http::HostKind kind = http::HostKind::name;
  std::string_view host;  // any case
  std::uint16_t port = 0;
  bool guarded = false;
  std::shared_ptr<const AddressPolicy> policy;  // of the snapshot the exchange began with; not null
  DialWatch* watch = nullptr;                   // told how the connection is come by, unless null
};

class Pool;
class Origin;

// One connection lent to one exchange. Destroying it gives the connection back when its stream ended well and it persists,
// and closes it otherwise. Move-only; may be empty. The pool outlives it.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept = default;
  Lease& operator=(Lease&& other) noexcept;
  ~Lease();
  explicit operator bool() const { return connection_ != nullptr; }
  Connection* operator->() const { return connection_.get(); }

 private:
  friend class Origin;
  Lease(Origin& origin, std::unique_ptr<Connection> connection)
      : origin_(&origin), connection_(std::move(connection)) {}
  Origin* origin_ = nullptr;
  std::unique_ptr<Connection> connection_;
};

struct PoolCounters {
  Counter dials, dial_failures, reuses, queued, queue_full, idle_closed;
  Gauge idle, lent;
  Histogram dial_seconds;  // resolving and connecting, when it succeeded
};

class Pool {
 public:
  using SessionFactory = std::unique_ptr<wire::ClientSession> (*)(wire::HeadPools&, BlockPool&, const wire::Limits&);
  // All outlive the pool; the session factory makes a ClientSession for a fresh connection.
  struct Parts {
    io::Loop& loop;
    Dialer& dialer;
    wire::HeadPools& heads;
    SessionFactory make_session = &wire::h1::make_client_session;
  };
  Pool(Parts parts, const PoolOptions& options, const DialOptions& dial, const ConnectionOptions& connection,
       const wire::Limits& limits);
  // No lease and no task of the pool may be left.
  ~Pool();

  // An idle connection of that origin, or an empty lease: the fast path, no coroutine, no allocation. Call open() on it
  // before the loop turns on.
  Lease take_idle(const Route& route);
  // Dials, or waits in the queue when the origin's limit is reached. Never takes an idle connection when `fresh`.
  // Errors: those of Dialer::dial; 503 connection_limit_reached when the queue is full or the wait outlasts the deadline.
  io::Task<Result<Lease>> lease(Route route, bool fresh, Instant deadline);
  // Tells the origin's policy nothing about HTTP: for CONNECT. Counts toward no limit.
  io::Task<Result<Dialed>> dial(Route route);

  // Closes idle connections, those idle longest first: all (drain), or at most so many (descriptors are short).
  void close_idle(std::size_t most = SIZE_MAX);
  void set_options(const PoolOptions& options, const DialOptions& dial, const ConnectionOptions& connection,
                   const wire::Limits& limits);  // reload; connections in use keep theirs
  const PoolCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace porthole::upstream
