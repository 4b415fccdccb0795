// Numbers of the match language and their units: sizes, times, status codes and their classes. Every comparison is an
// interval, so that evaluation and an index need one question only.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "match/key.h"

namespace porthole::match {

enum class Comparison : std::uint8_t { equal, less, at_most, more, at_least };
std::string_view comparison_text(Comparison comparison);  // ":", "<", "<=", ">", ">="

// Bytes, nanoseconds, or plain numbers; both ends belong to it.
struct Interval {
  std::uint64_t low = 0;
  std::uint64_t high = UINT64_MAX;
  Comparison comparison = Comparison::equal;  // how it was written

  bool contains(std::uint64_t value) const { return low <= value && value <= high; }
  bool operator==(const Interval&) const = default;
};

// `kind` is number, status, bytes or duration. The error is one clause for a human.
std::expected<Interval, std::string> parse_quantity(Kind kind, Comparison comparison, std::string_view text);
// What parses to that interval, without the comparison: "100k", "5xx", "1500ms".
std::string quantity_text(Kind kind, const Interval& interval);

}  // namespace porthole::match
