// See text_arena.h. Texts that do not fit the rest of the first chunk get a chunk of their own, which clear() frees.
#include "http/text_arena.h"

#include <cstring>

namespace porthole::http {

char* TextArena::allocate(std::size_t size) {
  if (size <= kChunk - used_) {
    if (!first_) first_ = std::make_unique_for_overwrite<char[]>(kChunk);
    char* place = first_.get() + used_;
    used_ += size;
    return place;
  }
  more_.push_back(std::make_unique_for_overwrite<char[]>(size));
  return more_.back().get();
}

std::string_view TextArena::join(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  if (size == 0) return {};
  char* start = allocate(size);
  char* place = start;
  for (std::string_view piece : pieces) {
    if (piece.empty()) continue;
    std::memcpy(place, piece.data(), piece.size());
    place += piece.size();
  }
  return {start, size};
}

void TextArena::clear() {
  used_ = 0;
  more_.clear();
}

}  // namespace porthole::http
