// See ring.h. A record that would cross the end of the memory begins at its start instead; the rest of the end is skipped.
#include "flow/ring.h"

#include <bit>
#include <cstring>

#include "base/assert.h"

namespace porthole::flow {

Ring::Ring(ByteCount bytes, Bell* bell)
    : capacity_(bytes), memory_(std::make_unique_for_overwrite<char[]>(bytes)), bell_(bell), look_at_(bytes / 8) {
  PH_ASSERT(std::has_single_bit(bytes) && bytes >= 1_KiB);
}

std::span<char> Ring::reserve(std::size_t size, std::size_t spare) {
  if (size > record_max()) return {};
  std::uint64_t at = written_.load(std::memory_order_relaxed);
  std::size_t needed = whole(size);
  std::size_t to_end = capacity_ - (at & (capacity_ - 1));
  std::size_t skipped = needed > to_end ? to_end : 0;
  auto fits = [&] { return at + skipped + needed + spare - read_seen_ <= capacity_; };
  if (!fits()) {
    read_seen_ = read_.load(std::memory_order_acquire);
    if (!fits()) return {};
  }
  if (skipped > 0) {
    Prefix prefix{0, 1};
    std::memcpy(place(at), &prefix, sizeof prefix);
    at += skipped;
  }
  Prefix prefix{static_cast<std::uint32_t>(size), 0};
  std::memcpy(place(at), &prefix, sizeof prefix);
  next_ = at + needed;
  return {place(at) + sizeof prefix, size};
}

void Ring::commit() {
  written_.store(next_, std::memory_order_release);
  if (next_ >= look_at_) look_for_reader();
}

void Ring::look_for_reader() {
  read_seen_ = read_.load(std::memory_order_acquire);
  bool behind = next_ - read_seen_ >= capacity_ / 8;
  look_at_ = (behind ? next_ : read_seen_) + capacity_ / 8;
  if (behind && bell_) bell_->ring();
}

std::span<char> Ring::front() {
  while (true) {
    std::uint64_t at = read_.load(std::memory_order_relaxed);
    if (at == written_seen_) {
      written_seen_ = written_.load(std::memory_order_acquire);
      if (at == written_seen_) return {};
    }
    Prefix prefix;
    std::memcpy(&prefix, place(at), sizeof prefix);
    if (prefix.skip == 0) return {place(at) + sizeof prefix, prefix.bytes};
    read_.store(at + capacity_ - (at & (capacity_ - 1)), std::memory_order_release);
  }
}

void Ring::pop() {
  std::uint64_t at = read_.load(std::memory_order_relaxed);
  PH_DASSERT(at != written_seen_);
  Prefix prefix;
  std::memcpy(&prefix, place(at), sizeof prefix);
  PH_DASSERT(prefix.skip == 0);
  read_.store(at + whole(prefix.bytes), std::memory_order_release);
}

std::size_t Ring::waiting() const {
  std::uint64_t before = read();
  return written() - before;
}

}  // namespace porthole::flow
