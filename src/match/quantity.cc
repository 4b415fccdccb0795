// See quantity.h.
#include "match/quantity.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/ascii.h"

namespace porthole::match {
namespace {

constexpr std::uint64_t kNumberMax = INT64_MAX;  // as an index stores it; so one more or one less never overflows
constexpr std::uint64_t kPlainMax = 65535;       // ports; status codes end long before

struct Unit {
  std::string_view word;
  std::uint64_t factor;
};

// The words printed come first, the largest of them first.
constexpr std::array kByteUnits = {
    Unit{"GiB", 1ULL << 30U},
    Unit{"G", 1'000'000'000},
    Unit{"MiB", 1ULL << 20U},
    Unit{"M", 1'000'000},
    Unit{"KiB", 1ULL << 10U},
    Unit{"k", 1'000},
    Unit{"", 1},
    Unit{"B", 1},
    Unit{"GB", 1'000'000'000},
    Unit{"MB", 1'000'000},
    Unit{"kB", 1'000},
};
constexpr std::array kTimeUnits = {
    Unit{"h", 3'600'000'000'000}, Unit{"min", 60'000'000'000}, Unit{"s", 1'000'000'000},
    Unit{"ms", 1'000'000},        Unit{"us", 1'000},           Unit{"ns", 1},
    Unit{"m", 60'000'000'000},
};
constexpr std::array kNoUnits = {Unit{"", 1}};

std::span<const Unit> units_of(Kind kind) {
  if (kind == Kind::bytes) return kByteUnits;
  if (kind == Kind::duration) return kTimeUnits;
  return kNoUnits;
}

// "1.5" times `factor`, when that is a whole number.
std::optional<std::uint64_t> times(std::string_view digits, std::uint64_t factor) {
  std::size_t point = std::min(digits.find('.'), digits.size());
  std::optional<std::uint64_t> whole = ascii::parse_decimal(digits.substr(0, point));
  if (!whole || *whole > kNumberMax / factor) return std::nullopt;
  std::uint64_t value = *whole * factor;
  if (point == digits.size()) return value;
  if (point + 1 == digits.size()) return std::nullopt;
  for (char c : digits.substr(point + 1)) {
    if (!ascii::digit(c) || factor % 10 != 0) return std::nullopt;
    factor /= 10;
    value += static_cast<std::uint64_t>(c - '0') * factor;
  }
  return value <= kNumberMax ? std::optional(value) : std::nullopt;
}

std::expected<std::uint64_t, std::string> parse_number(Kind kind, std::string_view text) {
  std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string_view word = text.substr(end);
  std::span<const Unit> units = units_of(kind);
  auto unit = std::ranges::find_if(units, [&](const Unit& u) { return ascii::equal_nocase(u.word, word); });
  if (end == 0) return std::unexpected("needs a number");
  if (unit == units.end()) {
    if (kind == Kind::bytes) return std::unexpected("unknown unit: k M G are powers of 1000, KiB MiB GiB of 1024");
    if (kind == Kind::duration) return std::unexpected("needs a unit: us, ms, s, min or h");
    return std::unexpected("needs a number");
  }
  std::optional<std::uint64_t> value = times(text.substr(0, end), unit->factor);
  bool plain = kind == Kind::number || kind == Kind::status;
  if (!value || (plain && *value > kPlainMax)) return std::unexpected("not a number in range");
  return *value;
}

// "5xx" or "50x".
std::optional<Interval> status_class(std::string_view text) {
  if (text.size() != 3) return std::nullopt;
  std::size_t digits = std::min(text.find_first_of("xX"), text.size());
  if (digits == 0 || digits == text.size()) return std::nullopt;
  if (text.find_first_not_of("xX", digits) != std::string_view::npos) return std::nullopt;
  std::optional<std::uint64_t> value = ascii::parse_decimal(text.substr(0, digits));
  if (!value) return std::nullopt;
  std::uint64_t width = digits == 1 ? 100 : 10;
  return Interval{*value * width, *value * width + width - 1, Comparison::equal};
}

}  // namespace

std::string_view comparison_text(Comparison comparison) {
  constexpr std::array<std::string_view, 5> kTexts = {":", "<", "<=", ">", ">="};
  return kTexts[static_cast<std::size_t>(comparison)];
}

std::expected<Interval, std::string> parse_quantity(Kind kind, Comparison comparison, std::string_view text) {
  if (kind == Kind::status) {
    if (std::optional<Interval> found = status_class(text)) {
      if (comparison == Comparison::equal) return *found;
      return std::unexpected("a class of statuses is neither more nor less: compare with its first or last");
    }
  }
  std::expected<std::uint64_t, std::string> value = parse_number(kind, text);
  if (!value) return std::unexpected(value.error());
  switch (comparison) {
    case Comparison::equal: return Interval{*value, *value, comparison};
    case Comparison::less:
      if (*value == 0) return std::unexpected("nothing is less than 0");
      return Interval{0, *value - 1, comparison};
    case Comparison::at_most: return Interval{0, *value, comparison};
    case Comparison::more: return Interval{*value + 1, UINT64_MAX, comparison};
    case Comparison::at_least: return Interval{*value, UINT64_MAX, comparison};
  }
  return std::unexpected("");
}

std::string quantity_text(Kind kind, const Interval& interval) {
  if (kind == Kind::status && interval.comparison == Comparison::equal && interval.low != interval.high) {
    // Three characters, or it would not be read back: 40 to 49 is "04x".
    bool hundred = interval.high - interval.low == 99;
    std::uint64_t first = interval.low / (hundred ? 100 : 10);
    return (!hundred && first < 10 ? "0" : "") + std::to_string(first) + (hundred ? "xx" : "x");
  }
  std::uint64_t value = interval.low;
  if (interval.comparison == Comparison::less) value = interval.high + 1;
  if (interval.comparison == Comparison::at_most) value = interval.high;
  if (interval.comparison == Comparison::more) value = interval.low - 1;
  for (const Unit& unit : units_of(kind)) {
    if (value % unit.factor == 0 && (value != 0 || unit.factor == 1 || unit.word == "s")) {
      return std::to_string(value / unit.factor) + std::string(unit.word);
    }
  }
  return std::to_string(value);
}

}  // namespace porthole::match
