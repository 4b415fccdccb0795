// See random.h. getrandom never blocks after boot; a failure is our environment's bug and asserts.
#include "base/random.h"

#include <sys/random.h>

#include "base/assert.h"

namespace porthole {

std::string Random::letters(std::size_t length) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(length, '0');
  for (char& letter : text) letter = kAlphabet[below(sizeof kAlphabet - 1)];
  return text;
}

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  PH_ASSERT(::getrandom(&value, sizeof value, 0) == static_cast<ssize_t>(sizeof value));
  return value;
}

std::uint64_t SeededRandom::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace porthole
