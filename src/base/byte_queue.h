// ByteQueue is a queue of byte slices in order: what a codec wants sent, or what a peer sent and nobody took yet.
// Slices are shared, not copied; small pieces (heads, chunk lines) are copied into small blocks of the queue's own.
// An empty queue owns no block and at most a short list. Not thread-safe.
#pragma once

#include <span>
#include <vector>

#include <sys/uio.h>

#include "base/bytes.h"

namespace porthole {

class ByteQueue {
 public:
  // `pool` outlives the queue.
  explicit ByteQueue(BlockPool& pool) : pool_(&pool) {}
  // The other queue is empty afterwards and may be used on.
  ByteQueue(ByteQueue&& other) noexcept;
  ByteQueue& operator=(ByteQueue&& other) noexcept;

  bool empty() const { return size_ == 0; }
  ByteCount size() const { return size_; }
  BlockPool& pool() const { return *pool_; }
  // How many slices its list has memory for; for the memory tests.
  std::size_t slots() const { return slices_.capacity(); }

  // Shares the slice. Pieces under kCopyBelow are copied instead when the tail block has room.
  void push(Bytes bytes);
  // Copies `text`.
  void append(std::string_view text);
  // At least `n` contiguous writable bytes at the tail (n <= Block::kSmall, else a large block; n <= Block::kLarge).
  // Follow with commit(used), used <= n, before any other call.
  char* reserve(std::size_t n);
  void commit(std::size_t n);

  // Fills `out` with the first slices; returns how many. Valid until the next change.
  std::size_t gather(std::span<iovec> out) const;
  // Drops the first n bytes (n <= size()).
  void consume(ByteCount n);
  // The first slice, which leaves the queue; at most `max` bytes of it. Queue must not be empty.
  Bytes pop(std::size_t max = SIZE_MAX);
  // The first slice stays. Queue must not be empty.
  const Bytes& front() const { return slices_[first_]; }
  void clear();
  // Copies slices that pin a large block for few bytes into small blocks: call when the peer stopped reading.
  void compact();

 private:
  static constexpr std::size_t kCopyBelow = 2048;
  static constexpr std::size_t kCompactBelow = Block::kSmall;
  static constexpr std::size_t kSlotsKept = 16;  // 384 bytes; a longer list goes when the queue runs empty
  void drop_front();
  BlockPool* pool_;
  std::vector<Bytes> slices_;  // [first_, end) are queued
  std::size_t first_ = 0;
  ByteCount size_ = 0;
  BlockRef tail_;  // the queue's own block being filled
  std::size_t tail_used_ = 0;
};

}  // namespace porthole
