// Memory that is taken and given back thousands of times a second: per-thread free lists by size class, so that a warm
// exchange allocates nothing. Used for coroutine frames (measured: 7 % of a request in the prototype) and pooled objects.
#pragma once

#include <cstddef>

namespace porthole {

// At least `size` bytes, aligned for any object. Sizes above 8 KiB go to operator new.
void* frame_allocate(std::size_t size);
// The same size as at allocation, on the same thread.
void frame_release(void* memory, std::size_t size) noexcept;

// Frees what this thread keeps, and gives what is free to the system: for a thread that has nothing to do for the moment.
void release_unused_memory();

}  // namespace porthole
