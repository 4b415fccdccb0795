// Three-valued logic: what has not happened yet is neither so nor not so. And Fact, one thing that a Subject knows, knows
// not to be there, or does not know yet.
#pragma once

#include <cstdint>
#include <utility>

namespace porthole::match {

enum class Truth : std::uint8_t {
  no,
  unknown,
  yes
};  // in this order: `and` is the least, `or` the greatest of its parts

constexpr Truth truth_of(bool so) { return so ? Truth::yes : Truth::no; }
constexpr Truth both(Truth a, Truth b) { return a < b ? a : b; }
constexpr Truth either(Truth a, Truth b) { return a < b ? b : a; }
constexpr Truth opposite(Truth truth) {
  return truth == Truth::yes ? Truth::no : truth == Truth::no ? Truth::yes : Truth::unknown;
}

template <class T>
class Fact {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a Subject returns what it has
  constexpr Fact(T value) : state_(Truth::yes), value_(std::move(value)) {}
  // It has not happened yet.
  static constexpr Fact unknown() { return Fact(Truth::unknown); }
  // There is none and there will be none: no user, no query, no error.
  static constexpr Fact none() { return Fact(Truth::no); }

  // Whether there is a value.
  constexpr Truth there() const { return state_; }
  constexpr const T& value() const { return value_; }  // only when it is there

 private:
  explicit constexpr Fact(Truth state) : state_(state) {}
  Truth state_;
  T value_{};
};

}  // namespace porthole::match
