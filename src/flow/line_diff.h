// LineDiff: what turns one sequence of texts into another in few steps (Myers, "An O(ND) Difference Algorithm and Its Variations",
// 1986), and the same for lines as unified hunks. Bounded: sequences that differ in more than kEditsMax places are shown as removed
// and added as a whole, but for what they begin and end with alike.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace porthole::flow {

constexpr std::size_t kEditsMax = 1000;

struct Edit {
  enum class Kind : std::uint8_t { same, removed, added };
  Kind kind = Kind::same;
  std::size_t a = 0, b = 0;  // where it is, or would be, in each
  bool operator==(const Edit&) const = default;
};
// Every element of both, in order; what was removed stands before what was added in its place.
std::vector<Edit> edits_between(std::span<const std::string_view> a, std::span<const std::string_view> b);

// With their ends, LF; the last may have none.
std::vector<std::string_view> lines_of(std::string_view text);

// As in a unified diff: lines around changes, those of `context` before and behind.
struct Hunk {
  std::size_t a_first = 0, a_lines = 0, b_first = 0, b_lines = 0;  // from 1; 0 when there are none
  std::vector<Edit> edits;
};
std::vector<Hunk> hunks_of(const std::vector<Edit>& edits, std::size_t context = 3);

}  // namespace porthole::flow
