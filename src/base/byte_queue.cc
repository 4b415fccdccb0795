// See byte_queue.h. `slices_` grows at the end and is consumed from `first_`; both are reset when it runs empty, so a
// queue that drains each turn never moves an element. A list that grew beyond kSlotsKept is given back then.
#include "base/byte_queue.h"

#include <algorithm>

namespace porthole {

ByteQueue::ByteQueue(ByteQueue&& other) noexcept : pool_(other.pool_) { *this = std::move(other); }

ByteQueue& ByteQueue::operator=(ByteQueue&& other) noexcept {
  pool_ = other.pool_;
  slices_ = std::exchange(other.slices_, {});
  first_ = std::exchange(other.first_, 0);
  size_ = std::exchange(other.size_, 0);
  tail_ = std::move(other.tail_);
  tail_used_ = std::exchange(other.tail_used_, 0);
  return *this;
}

void ByteQueue::push(Bytes bytes) {
  if (bytes.empty()) return;
  if (bytes.size() < kCopyBelow && tail_ && tail_->capacity() - tail_used_ >= bytes.size()) {
    append(bytes.view());
    return;
  }
  size_ += bytes.size();
  slices_.push_back(std::move(bytes));
}

void ByteQueue::append(std::string_view text) {
  while (!text.empty()) {
    std::size_t n = std::min(text.size(), Block::kSmall);
    std::memcpy(reserve(n), text.data(), n);
    commit(n);
    text.remove_prefix(n);
  }
}

char* ByteQueue::reserve(std::size_t n) {
  PH_DASSERT(n <= Block::kLarge);
  if (!tail_ || tail_->capacity() - tail_used_ < n) {
    tail_ = n <= Block::kSmall ? pool_->small() : pool_->large();
    tail_used_ = 0;
  }
  return tail_->data() + tail_used_;
}

void ByteQueue::commit(std::size_t n) {
  if (n == 0) return;
  const char* start = tail_->data() + tail_used_;
  tail_used_ += n;
  size_ += n;
  if (slices_.size() > first_) {
    Bytes& last = slices_.back();
    if (last.data() + last.size() == start && last.block().get() == tail_.get()) {
      last = Bytes(last.block(), last.data(), last.size() + n);
      return;
    }
  }
  slices_.emplace_back(tail_, start, n);
}

std::size_t ByteQueue::gather(std::span<iovec> out) const {
  std::size_t count = std::min(out.size(), slices_.size() - first_);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes& slice = slices_[first_ + i];
    out[i] = {const_cast<char*>(slice.data()), slice.size()};
  }
  return count;
}

void ByteQueue::drop_front() {
  slices_[first_].clear();
  if (++first_ == slices_.size()) {
    clear();
  } else if (first_ >= 64) {  // a queue that never runs empty must not grow for ever
    slices_.erase(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void ByteQueue::consume(ByteCount n) {
  PH_ASSERT(n <= size_);
  size_ -= n;
  while (n > 0) {
    Bytes& slice = slices_[first_];
    if (n < slice.size()) {
      slice.remove_prefix(n);
      return;
    }
    n -= slice.size();
    drop_front();
  }
}

Bytes ByteQueue::pop(std::size_t max) {
  PH_ASSERT(!empty());
  Bytes& slice = slices_[first_];
  if (max < slice.size()) {
    size_ -= max;
    return slice.split(max);
  }
  Bytes whole = std::move(slice);
  size_ -= whole.size();
  drop_front();
  return whole;
}

void ByteQueue::clear() {
  if (slices_.capacity() > kSlotsKept) std::vector<Bytes>().swap(slices_);
  else slices_.clear();
  first_ = 0;
  size_ = 0;
  tail_.reset();
  tail_used_ = 0;
}

void ByteQueue::compact() {
  ByteQueue packed(*pool_);
  for (std::size_t i = first_; i < slices_.size(); ++i) {
    Bytes& slice = slices_[i];
    bool wasteful = slice.block() && slice.block()->capacity() > Block::kSmall && slice.size() < kCompactBelow;
    if (wasteful) packed.append(slice.view());
    else packed.push(std::move(slice));
  }
  *this = std::move(packed);
}

}  // namespace porthole
