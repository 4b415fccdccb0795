// Blocks of memory for bytes in flight, and counted slices of them. A Block belongs to one worker's BlockPool and never
// crosses threads (the recorder gets copies), so its count is a plain integer. Bytes is a slice that keeps its block
// alive: what was read from one socket is written to the other without a copy, and an unsent rest is never moved.
//
// Squidbleed's lesson: blocks are reused between users, so every slice carries its length; nothing scans for a NUL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/units.h"

namespace porthole {

class BlockPool;

// Header of a piece of memory; the bytes follow it.
class Block {
 public:
  static constexpr std::size_t kSmall = 4096 - 32;
  static constexpr std::size_t kLarge = 64 * 1024;

  char* data() { return reinterpret_cast<char*>(this + 1); }
  std::size_t capacity() const { return capacity_; }
  bool shared() const { return references_ > 1; }

 private:
  friend class BlockPool;
  friend class BlockRef;
  Block(BlockPool* pool, std::size_t capacity) : pool_(pool), capacity_(capacity) {}
  BlockPool* pool_;
  Block* next_free_ = nullptr;
  std::size_t capacity_;
  std::uint32_t references_ = 0;
};

// A counted reference to a block.
class BlockRef {
 public:
  BlockRef() = default;
  explicit BlockRef(Block* block) : block_(block) {
    if (block_) ++block_->references_;
  }
  BlockRef(const BlockRef& other) : BlockRef(other.block_) {}
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(BlockRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef();

  explicit operator bool() const { return block_ != nullptr; }
  Block* operator->() const { return block_; }
  Block* get() const { return block_; }
  void reset() { *this = BlockRef(); }

 private:
  Block* block_ = nullptr;
};

// Hands out blocks of two sizes and keeps a bounded number of free ones. Outlives every block it gave away.
class BlockPool {
 public:
  static constexpr std::size_t kKeptMax = 64;  // per size: 4 MiB of large blocks, enough for one turn of the loop
  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  BlockRef small() { return take(small_, Block::kSmall); }
  BlockRef large() { return take(large_, Block::kLarge); }
  // Bytes in blocks that somebody holds; for the memory budget and leak tests.
  ByteCount in_use() const { return in_use_; }

  // Frees the blocks that nobody holds.
  void trim();

  // Once blocks of so many bytes are held, buffers are to hold little each: peers that do not read share a bounded memory.
  void set_budget(ByteCount bytes) { budget_ = bytes; }
  static constexpr ByteCount kShort = 16_KiB;
  bool short_of_memory() const { return in_use_ >= budget_; }
  // What a buffer with this limit may hold at present.
  ByteCount allowance(ByteCount limit) const { return short_of_memory() && limit > kShort ? kShort : limit; }

 private:
  friend class BlockRef;
  struct FreeList {
    Block* first = nullptr;
    std::size_t count = 0;
  };
  BlockRef take(FreeList& list, std::size_t capacity);
  void give_back(Block* block);
  FreeList small_, large_;
  ByteCount in_use_ = 0;
  ByteCount budget_ = UINT64_MAX;
};

inline BlockRef::~BlockRef() {
  if (block_ && --block_->references_ == 0) block_->pool_->give_back(block_);
}

// A slice of a block, or of memory that outlives everything (literals). Copying shares; cheap.
class Bytes {
 public:
  Bytes() = default;
  Bytes(BlockRef block, const char* data, std::size_t size) : block_(std::move(block)), data_(data), size_(size) {}
  // `literal` must outlive every copy.
  static Bytes of_static(std::string_view literal) { return Bytes({}, literal.data(), literal.size()); }

  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }
  const BlockRef& block() const { return block_; }

  void remove_prefix(std::size_t n) {
    PH_DASSERT(n <= size_);
    data_ += n;
    size_ -= n;
  }
  void truncate(std::size_t n) {
    PH_DASSERT(n <= size_);
    size_ = n;
  }
  // The first n bytes, which leave this slice.
  Bytes split(std::size_t n) {
    Bytes first(block_, data_, n);
    remove_prefix(n);
    return first;
  }
  void clear() { *this = Bytes(); }

 private:
  BlockRef block_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace porthole
