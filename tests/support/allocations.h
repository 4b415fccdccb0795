// Counts calls of operator new in a test binary that links allocations.cc: budgets of DESIGN.md §7 are tests.
#pragma once

#include <cstddef>

namespace porthole::test {

// Since the program began, on all threads.
std::size_t allocations();

}  // namespace porthole::test
