// See bytes.h. Free lists are LIFO: the block given back last is the one still in the cache. Under AddressSanitizer no block
// is kept, so that a view which outlived its block is found.
#include "base/bytes.h"

#include <new>

namespace porthole {

#if defined(__has_feature) && __has_feature(address_sanitizer)
constexpr std::size_t kKept = 0;
#else
constexpr std::size_t kKept = BlockPool::kKeptMax;
#endif

BlockRef BlockPool::take(FreeList& list, std::size_t capacity) {
  in_use_ += capacity;
  if (Block* block = list.first) {
    list.first = block->next_free_;
    --list.count;
    return BlockRef(block);
  }
  void* memory = ::operator new(sizeof(Block) + capacity);
  return BlockRef(new (memory) Block(this, capacity));
}

void BlockPool::give_back(Block* block) {
  in_use_ -= block->capacity_;
  FreeList& list = block->capacity_ == Block::kSmall ? small_ : large_;
  if (list.count >= kKept) {
    ::operator delete(block);
    return;
  }
  block->next_free_ = list.first;
  list.first = block;
  ++list.count;
}

BlockPool::~BlockPool() {
  PH_ASSERT(in_use_ == 0);
  trim();
}

void BlockPool::trim() {
  for (FreeList* list : {&small_, &large_}) {
    while (Block* block = list->first) {
      list->first = block->next_free_;
      ::operator delete(block);
    }
    list->count = 0;
  }
}

}  // namespace porthole
