// How this process uses malloc.
#pragma once

namespace porthole::app {

// From now on memory of the size of a large block or more goes back to the system as soon as it is freed. By default it is kept
// in an arena's heap, whose holes stay: after 300 clients that did not read, 34 MiB (with this 8). What is used all the time
// comes from BlockPool's free list and costs no system call. No effect without glibc.
void return_large_memory();

}  // namespace porthole::app
