// See origin.h. Connections are buried, never deleted, because their channel may be the caller.
#include "upstream/origin.h"

#include <utility>

namespace porthole::upstream {
namespace {

// Origins without connections that are remembered: a server that closes after each response does not cost an entry per
// request, and a scan of a million names does not cost a million entries.
constexpr std::size_t kUnusedMax = 256;

}  // namespace

// ---- what the origins share ----

PoolState::PoolState(Pool::Parts given, const PoolOptions& pool)
    : parts(given),
      options(pool),
      idle_timer(io::Timer::calling<&PoolState::on_idle_timer>(given.loop.timers(), *this)) {}

void PoolState::close_oldest_idle() {
  Connection& oldest = by_age.front();
  static_cast<Origin&>(oldest.owner()).close_idle(oldest);
}

void PoolState::trim_idle() {
  while (idle_count > options.idle_max) close_oldest_idle();
}

// Armed for the oldest at the time; taking a connection does not move it, so it may find nothing to do.
void PoolState::on_idle_timer() {
  while (!by_age.empty()) {
    Instant end = by_age.front().idle_since() + options.idle_timeout;
    if (end > parts.loop.now()) return idle_timer.arm(end);
    close_oldest_idle();
  }
}

// ---- the queue ----

Origin::Waiter::Waiter(Origin& origin, bool fresh) : origin_(origin), changed_(origin.pool_.parts.loop), fresh_(fresh) {
  origin_.waiters_.push_back(*this);
  ++origin_.waiting_;
  origin_.pool_.counters.queued.add();
}

Origin::Waiter::~Waiter() {
  if (!linked()) return;
  unlink();
  --origin_.waiting_;
}

Origin::Waiter& Origin::next_waiter() {
  --waiting_;
  return *waiters_.pop_front();
}

void Origin::serve_waiters() {
  while (!waiters_.empty() && slots_ < pool_.options.per_origin) {
    Waiter& first = next_waiter();
    ++slots_;
    first.slot = Slot(this);
    first.changed_.raise();
  }
}

// ---- slots and connections ----

Origin::~Origin() {
  PH_ASSERT(uses_ == 0);
  while (!idle_.empty()) remove_idle(idle_.front());
}

Lease Origin::take_idle(const Route& route) {
  while (!idle_.empty()) {
    auto connection = remove_idle(idle_.front());
    if (usable(*connection, route)) {
      pool_.counters.reuses.add();
      return lend(std::move(connection));
    }
    bury(std::move(connection));
    release_slot();
  }
  return {};
}

Origin::Slot Origin::reserve(bool fresh) {
  if (fresh && slots_ >= pool_.options.per_origin && waiters_.empty() && !idle_.empty()) close_idle(idle_.back());
  if (slots_ >= pool_.options.per_origin) return Slot(nullptr);
  ++slots_;
  return Slot(this);
}

Lease Origin::adopt(Slot slot, Dialed dialed, const Route& route) {
  slot.origin_ = nullptr;  // the connection has it now
  io::Loop& loop = pool_.parts.loop;
  auto session = pool_.parts.make_session(pool_.parts.heads, loop.blocks(), pool_.limits);
  Connection::Parts parts{loop, std::move(dialed.stream), std::move(session), dialed.address};
  auto connection = std::make_unique<Connection>(std::move(parts), pool_.connection, *this);
  connection->vetted_by = route.policy;
  return lend(std::move(connection));
}

Lease Origin::check_given(Lease given, const Route& route, Slot& slot) {
  if (usable(*given.connection_, route)) {
    pool_.counters.reuses.add();
    return given;
  }
  pool_.counters.lent.add(-1);
  bury(std::move(given.connection_));
  slot = Slot(this);
  return {};
}

// The address was vetted by the policy of its time; a newer policy has its say before the connection is used again.
bool Origin::usable(Connection& connection, const Route& route) const {
  if (!connection.available()) return false;
  if (connection.vetted_by == route.policy) return true;
  if (!route.policy->check(connection.address(), route.guarded)) return false;
  connection.vetted_by = route.policy;
  return true;
}

void Origin::give_back(std::unique_ptr<Connection> connection) {
  pool_.counters.lent.add(-1);
  if (connection->close_stream()) {
    if (waiters_.empty()) return add_idle(std::move(connection));
    if (!waiters_.front().fresh_) {
      Waiter& first = next_waiter();
      first.lease = lend(std::move(connection));
      first.changed_.raise();
      return;
    }
  }
  bury(std::move(connection));
  release_slot();
}

Lease Origin::lend(std::unique_ptr<Connection> connection) {
  pool_.counters.lent.add();
  return Lease(*this, std::move(connection));
}

void Origin::bury(std::unique_ptr<Connection> connection) {
  connection->retire();
  pool_.parts.loop.bury(std::move(connection));
}

void Origin::release_slot() {
  PH_ASSERT(slots_ > 0);
  --slots_;
  serve_waiters();
  note_unused();
}

// ---- what is idle ----

void Origin::add_idle(std::unique_ptr<Connection> connection) {
  Connection& idle = *connection.release();
  idle_.push_front(idle);
  pool_.by_age.push_back(idle);
  ++pool_.idle_count;
  pool_.counters.idle.add();
  if (!pool_.idle_timer.armed()) pool_.idle_timer.arm(idle.idle_since() + pool_.options.idle_timeout);
  pool_.trim_idle();
}

std::unique_ptr<Connection> Origin::remove_idle(Connection& connection) {
  connection.Link::unlink();
  connection.AgeLink::unlink();
  --pool_.idle_count;
  pool_.counters.idle.add(-1);
  return std::unique_ptr<Connection>(&connection);
}

void Origin::close_idle(Connection& connection) {
  pool_.counters.idle_closed.add();
  bury(remove_idle(connection));
  release_slot();
}

// A connection that is lent and not opened yet stays with its lease, which finds it not available().
void Origin::on_idle_lost(Connection& connection) {
  if (connection.Link::linked()) close_idle(connection);
}

// ---- the origin's own life ----

void Origin::begin_use() {
  ++uses_;
  if (!linked()) return;
  unlink();
  --pool_.unused_count;
}

void Origin::end_use() {
  --uses_;
  note_unused();
}

void Origin::note_unused() {
  if (slots_ > 0 || uses_ > 0 || linked()) return;
  pool_.unused.push_back(*this);
  if (++pool_.unused_count <= kUnusedMax) return;
  --pool_.unused_count;
  pool_.origins.erase(pool_.origins.find(pool_.unused.pop_front()->key()));
}

}  // namespace porthole::upstream
