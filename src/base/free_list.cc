// Size classes of 128 bytes up to 8 KiB; each keeps at most kKeptMax pieces. The lists are freed when the thread ends.
// Under AddressSanitizer nothing is kept, so that the use of a frame after its end is found.
#include "base/free_list.h"

#include <array>
#include <new>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace porthole {
namespace {

constexpr std::size_t kStep = 128;
constexpr std::size_t kClasses = 64;
#if defined(__has_feature) && __has_feature(address_sanitizer)
constexpr std::size_t kKeptMax = 0;
#else
constexpr std::size_t kKeptMax = 1024;
#endif

struct Piece {
  Piece* next;
};

struct Lists {
  std::array<Piece*, kClasses> first{};
  std::array<std::size_t, kClasses> kept{};
  ~Lists() { clear(); }
  void clear() {
    for (Piece*& head : first) {
      while (Piece* piece = head) {
        head = piece->next;
        ::operator delete(piece);
      }
    }
    kept = {};
  }
};

thread_local Lists lists;

constexpr std::size_t class_of(std::size_t size) { return size == 0 ? 0 : (size - 1) / kStep; }

}  // namespace

void* frame_allocate(std::size_t size) {
  std::size_t index = class_of(size);
  if (index >= kClasses) return ::operator new(size);
  if (Piece* piece = lists.first[index]) {
    lists.first[index] = piece->next;
    --lists.kept[index];
    return piece;
  }
  return ::operator new(kKeptMax == 0 ? size : (index + 1) * kStep);  // exact, so that overruns are found too
}

void frame_release(void* memory, std::size_t size) noexcept {
  std::size_t index = class_of(size);
  if (index >= kClasses || lists.kept[index] >= kKeptMax) {
    ::operator delete(memory);
    return;
  }
  lists.first[index] = new (memory) Piece{lists.first[index]};
  ++lists.kept[index];
}

void release_unused_memory() {
  lists.clear();
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace porthole
