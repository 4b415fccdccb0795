// A text with `*` for any run of octets, empty ones too. No other wildcard: `?` is itself, so URLs can be pasted.
// Matching takes the leftmost place for each piece, so it never goes back: at most text x pattern steps.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::match {

// The first occurrence of `needle` at or behind `from`, or npos. ASCII case does not count when `any_case`.
std::size_t find(std::string_view text, std::size_t from, std::string_view needle, bool any_case);

class Glob {
 public:
  Glob() = default;  // the empty text
  explicit Glob(std::string_view literal) { add_text(literal); }

  void add_text(std::string_view literal) { pieces_.back() += literal; }
  void add_star();

  // All of `text`.
  bool matches(std::string_view text, bool any_case) const;
  // Somewhere in `text`.
  bool occurs_in(std::string_view text, bool any_case) const;

  bool literal() const { return pieces_.size() == 1; }
  bool empty() const { return literal() && pieces_[0].empty(); }
  // The literal texts; between each two there is a star. At least one; only the first and the last may be empty.
  const std::vector<std::string>& pieces() const { return pieces_; }

  bool operator==(const Glob&) const = default;

 private:
  std::vector<std::string> pieces_{1};
};

}  // namespace porthole::match
