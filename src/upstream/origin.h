// Origin: the connections of one pool to one host and port, and who waits for one. Inside of upstream/pool.
//
// A slot is the right to one connection. Whoever reserves one either makes it a connection (adopt), which keeps the slot as
// long as it lives, or releases it. A free slot goes to the first waiter; so does a connection that comes back.
#pragma once

#include <memory>
#include <string>

#include "io/loop.h"
#include "io/signal.h"
#include "upstream/name_cache.h"
#include "upstream/pool.h"

namespace porthole::upstream {

class Origin;

// What the origins of a pool share.
struct PoolState {
  PoolState(Pool::Parts given, const PoolOptions& pool);

  // The idle connection that was used longest ago leaves.
  void close_oldest_idle();
  void trim_idle();
  void on_idle_timer();

  Pool::Parts parts;
  PoolOptions options;
  DialOptions dial;
  ConnectionOptions connection;
  wire::Limits limits;
  PoolCounters counters;
  List<Origin> unused;  // without connections; the one unused longest comes first
  std::size_t unused_count = 0;
  List<Connection, AgeLink> by_age;  // idle connections, the one idle longest comes first
  std::size_t idle_count = 0;
  io::Timer idle_timer;
  NameMap<std::unique_ptr<Origin>> origins;  // last: they use the rest until they are gone
};

class Origin final : public Link, public ConnectionOwner {
 public:
  // The right to a connection, released by destruction unless adopt() used it.
  class Slot {
   public:
    explicit Slot(Origin* origin) : origin_(origin) {}
    Slot(Slot&& other) noexcept : origin_(std::exchange(other.origin_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept {
      std::swap(origin_, other.origin_);
      return *this;
    }
    ~Slot() {
      if (origin_) origin_->release_slot();
    }
    explicit operator bool() const { return origin_ != nullptr; }

   private:
    friend class Origin;
    Origin* origin_;
  };

  // Somebody in the queue. Destroying it leaves the queue, and passes on what was given to it.
  class Waiter : public Link {
   public:
    Waiter(Origin& origin, bool fresh);
    ~Waiter();
    // True when it was given something: a connection or a slot; false when the deadline passed.
    auto wait(Instant deadline) { return changed_.wait(deadline); }
    Lease lease;
    Slot slot{nullptr};

   private:
    friend class Origin;
    Origin& origin_;
    io::Signal changed_;
    bool fresh_;  // wants a slot, no connection
  };

  // As long as one of these lives the origin does.
  class Use {
   public:
    explicit Use(Origin& origin) : origin_(origin) { origin_.begin_use(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { origin_.end_use(); }

   private:
    Origin& origin_;
  };

  // `key` is the pool's and lives as long as the origin.
  Origin(PoolState& pool, std::string_view key) : pool_(pool), key_(key) {}
  ~Origin();
  std::string_view key() const { return key_; }

  // The warmest idle connection that this route may use, or an empty lease.
  Lease take_idle(const Route& route);
  // A slot if one is free; `fresh`: an idle connection makes room.
  Slot reserve(bool fresh);
  std::uint32_t waiting() const { return waiting_; }
  // A connection that stands becomes one of the origin's.
  Lease adopt(Slot slot, Dialed dialed, const Route& route);
  // The connection of a lease if this route may use it; else an empty lease and its slot in `slot`.
  Lease check_given(Lease given, const Route& route, Slot& slot);

  void give_back(std::unique_ptr<Connection> connection);
  void close_idle(Connection& connection);
  // Slots became free, or more are allowed: the first of the queue have them.
  void serve_waiters();

 private:
  void on_idle_lost(Connection& connection) override;
  std::unique_ptr<Connection> remove_idle(Connection& connection);
  void add_idle(std::unique_ptr<Connection> connection);
  bool usable(Connection& connection, const Route& route) const;
  Waiter& next_waiter();
  Lease lend(std::unique_ptr<Connection> connection);
  void bury(std::unique_ptr<Connection> connection);
  void release_slot();
  void begin_use();
  void end_use();
  void note_unused();

  PoolState& pool_;
  std::string_view key_;   // of pool_.origins
  List<Connection> idle_;  // owned; the warmest comes first
  List<Waiter> waiters_;
  std::uint32_t slots_ = 0;  // in use: idle, lent, being dialled, promised to a waiter
  std::uint32_t waiting_ = 0;
  std::uint32_t uses_ = 0;
};

}  // namespace porthole::upstream
