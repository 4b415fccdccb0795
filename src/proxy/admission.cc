// See admission.h.
#include "proxy/admission.h"

namespace porthole::proxy {

Admission::Entry Admission::enter(const IpAddress& client, std::uint32_t per_client_max) {
  Entry entry;
  entry.place.admission_ = this;
  connections_.fetch_add(1, std::memory_order_relaxed);
  if (per_client_max == 0) return entry;
  entry.place.client_ = client.unmapped();  // one client has one count, however the listener spells it
  Shard& shard = shard_of(entry.place.client_);
  std::lock_guard lock(shard.mutex);
  std::uint32_t& held = shard.held[entry.place.client_];
  entry.over = held >= per_client_max;
  entry.place.of_client_ = !entry.over;
  if (!entry.over) ++held;
  return entry;
}

void Admission::leave(Place& place) {
  connections_.fetch_sub(1, std::memory_order_relaxed);
  if (!place.of_client_) return;
  Shard& shard = shard_of(place.client_);
  std::lock_guard lock(shard.mutex);
  auto found = shard.held.find(place.client_);
  if (--found->second == 0) shard.held.erase(found);
}

}  // namespace porthole::proxy
