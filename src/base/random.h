// Random numbers as an argument. SystemRandom is for ids and jitter that must not be guessed (getrandom);
// SeededRandom is reproducible and drives the simulation.
#pragma once

#include <cstdint>
#include <string>

namespace porthole {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // `length` characters of [a-z0-9].
  std::string letters(std::size_t length);
};

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

// splitmix64.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::uint64_t state_;
};

}  // namespace porthole
