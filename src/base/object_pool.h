// ObjectPool keeps objects whose memory is worth reusing (heads with grown buffers). T has clear(), called when an object
// comes back. Not thread-safe; one per worker. The pool outlives everything it lent.
#pragma once

#include <memory>
#include <vector>

namespace porthole {

template <class T>
class ObjectPool;

template <class T>
struct ReturnToPool {
  ObjectPool<T>* pool = nullptr;
  void operator()(T* object) const { pool->give_back(object); }
};

// Owns one object; gives it back when destroyed. May be null.
template <class T>
using Pooled = std::unique_ptr<T, ReturnToPool<T>>;

template <class T>
class ObjectPool {
 public:
  explicit ObjectPool(std::size_t kept_max = 1024) : kept_max_(kept_max) {}
  ObjectPool(const ObjectPool&) = delete;
  ObjectPool& operator=(const ObjectPool&) = delete;

  Pooled<T> take() {
    if (free_.empty()) return Pooled<T>(new T, {this});
    T* object = free_.back().release();
    free_.pop_back();
    return Pooled<T>(object, {this});
  }

  // Frees what is kept.
  void trim() {
    free_.clear();
    free_.shrink_to_fit();
  }

 private:
  friend struct ReturnToPool<T>;
  void give_back(T* object) {
    std::unique_ptr<T> owned(object);
    if (free_.size() >= kept_max_) return;
    owned->clear();
    free_.push_back(std::move(owned));
  }
  std::size_t kept_max_;
  std::vector<std::unique_ptr<T>> free_;
};

}  // namespace porthole
