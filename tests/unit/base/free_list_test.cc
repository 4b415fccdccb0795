// Memory for coroutine frames: aligned, distinct while in use, reused afterwards.
#include "base/free_list.h"

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace porthole {
namespace {

#if defined(__has_feature) && __has_feature(address_sanitizer)
constexpr bool kReuses = false;
#else
constexpr bool kReuses = true;
#endif

TEST(FreeList, GivesAlignedAndDistinctMemoryOfEverySize) {
  std::vector<std::pair<void*, std::size_t>> pieces;
  std::set<void*> seen;
  for (std::size_t size = 1; size < 12'000; size += 61) {
    void* memory = frame_allocate(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t), 0U);
    EXPECT_TRUE(seen.insert(memory).second);
    std::memset(memory, 0x5a, size);
    pieces.emplace_back(memory, size);
  }
  for (auto [memory, size] : pieces) {
    EXPECT_EQ(static_cast<unsigned char*>(memory)[size - 1], 0x5a);
    frame_release(memory, size);
  }
}

TEST(FreeList, ReusesAPieceOfTheSameClass) {
  void* memory = frame_allocate(300);
  frame_release(memory, 300);
  void* again = frame_allocate(380);
  if (kReuses) EXPECT_EQ(again, memory);  // 257 to 384 are one class
  frame_release(again, 380);
}

TEST(FreeList, TakesBackMoreThanItKeeps) {
  std::vector<void*> pieces;
  for (int i = 0; i < 2000; ++i) pieces.push_back(frame_allocate(1000));
  for (void* memory : pieces) frame_release(memory, 1000);
}

TEST(FreeList, BelongsToItsThread) {
  void* here = frame_allocate(64);
  frame_release(here, 64);
  void* there = nullptr;
  std::thread other([&there] {
    there = frame_allocate(64);
    frame_release(there, 64);
  });
  other.join();
  void* again = frame_allocate(64);
  if (kReuses) EXPECT_EQ(again, here);
  frame_release(again, 64);
}

#if defined(__has_feature) && __has_feature(address_sanitizer)
TEST(FreeListDeathTest, LetsTheSanitizerSeeTheUseOfADeadFrame) {
  auto* memory = static_cast<volatile char*>(frame_allocate(200));
  frame_release(const_cast<char*>(memory), 200);
  EXPECT_DEATH(memory[10] = 1, "heap-use-after-free");
}
#endif

TEST(FreeList, ReleasingUnusedMemoryTouchesNothingInUse) {
  void* held = frame_allocate(300);
  std::memset(held, 0x5a, 300);
  frame_release(frame_allocate(300), 300);
  release_unused_memory();
  EXPECT_EQ(static_cast<unsigned char*>(held)[299], 0x5a);
  void* fresh = frame_allocate(300);
  EXPECT_NE(fresh, held);
  frame_release(fresh, 300);
  frame_release(held, 300);
}

}  // namespace
}  // namespace porthole
