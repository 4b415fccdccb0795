// Pipes for splice, reused while empty. A pipe holds up to kPipeBytes; when the user's pipe quota is used up the kernel
// gives smaller ones, and when none can be had take() is empty and the caller copies.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace porthole::io {

class PipePool;

// A pipe and how much it holds. Returned to the pool when destroyed empty, closed when not. May be empty (no pipe).
class PooledPipe {
 public:
  PooledPipe() = default;
  PooledPipe(PooledPipe&& other) noexcept { *this = std::move(other); }
  PooledPipe& operator=(PooledPipe&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(read_end_, other.read_end_);
    std::swap(write_end_, other.write_end_);
    std::swap(held_, other.held_);
    return *this;
  }
  ~PooledPipe();

  explicit operator bool() const { return read_end_ >= 0; }
  int read_end() const { return read_end_; }
  int write_end() const { return write_end_; }
  std::size_t held() const { return held_; }
  void add(std::size_t bytes) { held_ += bytes; }
  void remove(std::size_t bytes) { held_ -= bytes; }

 private:
  friend class PipePool;
  PipePool* pool_ = nullptr;
  int read_end_ = -1;
  int write_end_ = -1;
  std::size_t held_ = 0;
};

class PipePool {
 public:
  static constexpr std::size_t kPipeBytes = 256 * 1024;  // asked for; unprivileged users may get 64 KiB
  static constexpr std::size_t kLentMax = 1024;          // two descriptors each: leave descriptors for connections
  explicit PipePool(std::size_t lent_max = kLentMax) : lent_max_(lent_max) {}
  PipePool(const PipePool&) = delete;
  PipePool& operator=(const PipePool&) = delete;
  ~PipePool();

  PooledPipe take();
  // Closes the pipes that nobody holds.
  void trim();
  void set_lent_max(std::size_t lent_max) { lent_max_ = lent_max; }
  // Pipes that somebody holds.
  std::size_t lent() const { return lent_; }

 private:
  friend class PooledPipe;
  static constexpr std::size_t kKeptMax = 32;
  void give_back(PooledPipe& pipe);
  std::vector<std::pair<int, int>> free_;
  std::size_t lent_max_;
  std::size_t lent_ = 0;
};

}  // namespace porthole::io
