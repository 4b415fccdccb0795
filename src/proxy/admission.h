// Admission: how many client connections the whole process holds, and how many of each client, so that limits mean what
// the operator wrote whatever the number of workers. A connection has one Place from its accept to its end, also when it
// becomes a tunnel. Shared by all workers: a relaxed counter, and a sharded table that is only touched when a limit
// per client is set.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/ip.h"

namespace porthole::proxy {

class Admission {
 public:
  // One connection's count, given back when destroyed. Move-only; may be empty. The admission outlives it.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), of_client_(other.of_client_), client_(other.client_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(of_client_, other.of_client_);
      std::swap(client_, other.client_);
      return *this;
    }
    ~Place() {
      if (admission_) admission_->leave(*this);
    }
    explicit operator bool() const { return admission_ != nullptr; }

   private:
    friend class Admission;
    Admission* admission_ = nullptr;
    bool of_client_ = false;  // counted in the table, too
    IpAddress client_;
  };

  Admission() = default;
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // Asked before accepting. Workers that ask at the same instant may exceed the limit by one connection each.
  bool full(std::uint32_t connections_max) const { return connections_max != 0 && connections() >= connections_max; }
  std::uint32_t connections() const { return connections_.load(std::memory_order_relaxed); }

  struct Entry {
    Place place;
    bool over = false;  // of the client: it holds as many as it may, this one is not among them
  };
  // `per_client_max` 0: no limit, and the client is not counted.
  Entry enter(const IpAddress& client, std::uint32_t per_client_max);

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<IpAddress, std::uint32_t, IpHash> held;
  };
  Shard& shard_of(const IpAddress& client) { return shards_[IpHash()(client) % kShards]; }
  void leave(Place& place);

  std::atomic<std::uint32_t> connections_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace porthole::proxy
