// Ring: bytes from one worker to the recorder. One thread writes, one reads, neither ever waits for the other: a record that
// does not fit is refused, and the caller counts it. A record lies in one piece, so both sides work on it where it is.
// Indexes only grow; what lies between them is the reader's, all else the writer's. Each side remembers where it last saw the
// other, and looks again only when that is not enough: the cache line of the other's index stays away from the hot path.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/units.h"
#include "flow/bell.h"

namespace porthole::flow {

class Ring {
 public:
  static constexpr ByteCount kBytes = 8_MiB;  // of each worker; Recorder::kRingsMax has less for each of many

  // `bytes`: a power of two, at least 1 KiB. The bell, if there is one, outlives the ring; it is rung when an eighth of the ring
  // waits, and then once for each further eighth: a reader that looks often enough by itself is never rung, and an eighth comes
  // too seldom for the writer to feel the system call.
  explicit Ring(ByteCount bytes = kBytes, Bell* bell = nullptr);
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // Writer's thread. Room for one record of `size` bytes, aligned to 8, or empty when it does not fit while `spare` bytes stay
  // free behind it. Nothing is seen by the reader before commit(); the last reserve() before it counts.
  std::span<char> reserve(std::size_t size, std::size_t spare = 0);
  void commit();
  // The largest record that an empty ring takes.
  std::size_t record_max() const { return capacity_ / 4; }

  // Reader's thread. The oldest record, empty when there is none; valid until pop().
  std::span<char> front();
  void pop();
  // From any thread, a moment old: how far it was written and read since the beginning, in bytes, and what lies between.
  std::uint64_t written() const { return written_.load(std::memory_order_acquire); }
  std::uint64_t read() const { return read_.load(std::memory_order_acquire); }
  std::size_t waiting() const;
  std::size_t capacity() const { return capacity_; }

 private:
  // Before each record; `skip` fills the end of the memory where the next record would not lie in one piece.
  struct Prefix {
    std::uint32_t bytes;  // of the record, without this prefix and without padding
    std::uint32_t skip;   // 1: no record, go on at the start of the memory
  };
  static std::size_t whole(std::size_t size) { return (sizeof(Prefix) + size + 7) & ~std::size_t{7}; }
  void look_for_reader();
  char* place(std::uint64_t index) { return memory_.get() + (index & (capacity_ - 1)); }

  std::size_t capacity_;
  std::unique_ptr<char[]> memory_;
  Bell* bell_;
  // The writer's side.
  alignas(64) std::atomic<std::uint64_t> written_ = 0;
  std::uint64_t read_seen_ = 0;
  std::uint64_t next_ = 0;     // what commit() publishes
  std::uint64_t look_at_ = 0;  // when `next_` is there, it is time to see whether the reader is behind
  // The reader's side.
  alignas(64) std::atomic<std::uint64_t> read_ = 0;
  std::uint64_t written_seen_ = 0;
};

}  // namespace porthole::flow
