// PH_ASSERT marks our own bugs and is on in every build; it must be cheap. PH_DASSERT is compiled into debug builds only.
// Input from a peer never reaches either.
#pragma once

namespace porthole {

// Prints where and what to stderr, then aborts.
[[noreturn]] void assert_failed(const char* condition, const char* file, int line);

}  // namespace porthole

#define PH_ASSERT(condition)                                     \
  do {                                                           \
    if (!(condition)) [[unlikely]]                               \
      ::porthole::assert_failed(#condition, __FILE__, __LINE__); \
  } while (false)

#ifdef NDEBUG
#define PH_DASSERT(condition) ((void)0)
#else
#define PH_DASSERT(condition) PH_ASSERT(condition)
#endif
