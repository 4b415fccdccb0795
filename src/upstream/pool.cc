// See pool.h. An origin's key is "host:port" in lower case and whether the request came through a guarded listener, so that
// a connection made for an unguarded one never serves a guarded one.
#include "upstream/pool.h"

#include <cerrno>
#include <charconv>

#include "base/ascii.h"
#include "upstream/origin.h"

namespace porthole::upstream {
namespace {

constexpr Error kQueueFull{.token = Token::connection_limit_reached,
                           .status = 503,
                           .detail = "too many requests wait for a connection to this server"};
constexpr Error kWaitedTooLong{.token = Token::connection_limit_reached,
                               .status = 503,
                               .detail = "no connection to this server became free in time"};
constexpr std::size_t kClosedForRoom = 16;
constexpr Error kNoName{
    .token = Token::dns_error, .side = Side::client, .status = 502, .detail = "the name is not well-formed"};

// In a buffer of its own: looking up an origin allocates nothing.
class OriginKey {
 public:
  explicit OriginKey(const Route& route) {
    std::string_view host = route.host;
    if (route.kind == http::HostKind::name && host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > kHostMax) return;
    for (char c : host) text_[size_++] = ascii::lower(c);
    text_[size_++] = ':';
    size_ = static_cast<std::size_t>(std::to_chars(text_ + size_, text_ + sizeof text_, route.port).ptr - text_);
    if (route.guarded) text_[size_++] = '!';
  }
  bool valid() const { return size_ > 0; }
  std::string_view view() const { return {text_, size_}; }

 private:
  static constexpr std::size_t kHostMax = 253;
  std::size_t size_ = 0;
  char text_[kHostMax + sizeof ":65535!"];
};

}  // namespace

Lease& Lease::operator=(Lease&& other) noexcept {
  Lease old = std::move(*this);
  origin_ = other.origin_;
  connection_ = std::move(other.connection_);
  return *this;
}

Lease::~Lease() {
  if (connection_) origin_->give_back(std::move(connection_));
}

struct Pool::Impl : PoolState {
  using PoolState::PoolState;

  Origin& origin_of(const OriginKey& key) {
    if (auto found = origins.find(key.view()); found != origins.end()) return *found->second;
    auto made = origins.try_emplace(std::string(key.view())).first;
    made->second = std::make_unique<Origin>(*this, made->first);
    return *made->second;
  }

  DialRequest request(const Route& route) const {
    return {route.kind, std::string(route.host), route.port, route.guarded, route.policy, dial, route.watch};
  }
};

Pool::Pool(Parts parts, const PoolOptions& options, const DialOptions& dial, const ConnectionOptions& connection,
           const wire::Limits& limits)
    : impl_(std::make_unique<Impl>(parts, options)) {
  set_options(options, dial, connection, limits);
}

Pool::~Pool() = default;

Lease Pool::take_idle(const Route& route) {
  OriginKey key(route);
  auto found = impl_->origins.find(key.view());
  return found == impl_->origins.end() ? Lease() : found->second->take_idle(route);
}

io::Task<Result<Lease>> Pool::lease(Route route, bool fresh, Instant deadline) {
  OriginKey key(route);
  if (!key.valid()) co_return fail(kNoName);
  Origin& origin = impl_->origin_of(key);
  Origin::Use use(origin);
  if (!fresh) {
    if (Lease idle = origin.take_idle(route)) co_return std::move(idle);
  }

  Instant start = impl_->parts.loop.now();
  Origin::Slot slot = origin.reserve(fresh);
  if (!slot) {
    if (origin.waiting() >= impl_->options.queue) {
      impl_->counters.queue_full.add();
      co_return fail(kQueueFull);
    }
    Origin::Waiter waiter(origin, fresh);
    bool given = co_await waiter.wait(deadline);
    if (route.watch) route.watch->queued(impl_->parts.loop.now() - start);
    if (!given) co_return fail(kWaitedTooLong);
    slot = std::move(waiter.slot);
    if (waiter.lease) {
      Lease lease = origin.check_given(std::move(waiter.lease), route, slot);
      if (lease) co_return std::move(lease);
    }
  }
  auto dialed = co_await dial(route);
  if (!dialed) co_return fail(dialed.error());
  co_return origin.adopt(std::move(slot), std::move(*dialed), route);
}

io::Task<Result<Dialed>> Pool::dial(Route route) {
  impl_->counters.dials.add();
  auto dialed = co_await impl_->parts.dialer.dial(impl_->request(route));
  bool short_of_descriptors = !dialed && (dialed.error().os_errno == EMFILE || dialed.error().os_errno == ENFILE);
  if (short_of_descriptors && !impl_->by_age.empty()) {
    // What is only kept for reuse makes room; its descriptors are free from the next turn on.
    close_idle(kClosedForRoom);
    io::Signal next_turn(impl_->parts.loop);
    next_turn.raise_next_turn();
    co_await next_turn.wait(kNever);
    dialed = co_await impl_->parts.dialer.dial(impl_->request(route));
  }
  if (dialed) impl_->counters.dial_seconds.observe(dialed->resolving + dialed->connecting);
  else impl_->counters.dial_failures.add();
  co_return std::move(dialed);
}

void Pool::close_idle(std::size_t most) {
  for (std::size_t i = 0; i < most && !impl_->by_age.empty(); ++i) impl_->close_oldest_idle();
}

void Pool::set_options(const PoolOptions& options, const DialOptions& dial, const ConnectionOptions& connection,
                       const wire::Limits& limits) {
  impl_->options = options;
  impl_->dial = dial;
  impl_->connection = connection;
  impl_->limits = limits;
  impl_->trim_idle();
  impl_->idle_timer.disarm();
  impl_->on_idle_timer();
  for (auto& [key, origin] : impl_->origins) origin->serve_waiters();
}

const PoolCounters& Pool::counters() const { return impl_->counters; }

}  // namespace porthole::upstream
