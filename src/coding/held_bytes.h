// The first bytes of something whose kind they decide: held back until there are enough, then handed on.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace porthole::coding {

template <std::size_t kCapacity>
class HeldBytes {
 public:
  // Moves from the front of `input` until `wanted` are held. True when they are.
  bool fill(std::string_view& input, std::size_t wanted) {
    std::size_t n = std::min(wanted - size_, input.size());
    input.copy(bytes_.data() + size_, n);
    input.remove_prefix(n);
    size_ += n;
    return size_ == wanted;
  }
  std::string_view view() const { return {bytes_.data(), size_}; }
  unsigned octet(std::size_t i) const { return static_cast<unsigned char>(bytes_[i]); }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  // What a reader has taken from the front of view().
  void drop(std::size_t n) {
    std::copy(bytes_.begin() + n, bytes_.begin() + size_, bytes_.begin());
    size_ -= n;
  }

 private:
  std::array<char, kCapacity> bytes_;
  std::size_t size_ = 0;
};

}  // namespace porthole::coding
