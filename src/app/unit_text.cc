// See unit_text.h. One table per kind; the same tables print.
#include "app/unit_text.h"

#include <array>
#include <span>

#include <fmt/format.h>

#include "base/ascii.h"

namespace porthole::app {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
  bool printed = true;
};

// Largest first: printing takes the first that divides.
constexpr std::array kDurationUnits = {
    Unit{"d", 86'400'000'000'000, false},
    Unit{"h", 3'600'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"ms", 1'000'000},
    Unit{"us", 1'000},
};
constexpr std::array kSizeUnits = {
    Unit{"TiB", 1ULL << 40},
    Unit{"GiB", 1ULL << 30},
    Unit{"MiB", 1ULL << 20},
    Unit{"KiB", 1ULL << 10},
    Unit{"TB", 1'000'000'000'000, false},
    Unit{"GB", 1'000'000'000, false},
    Unit{"MB", 1'000'000, false},
    Unit{"kB", 1'000, false},
    Unit{"B", 1},
};

Parsed<std::uint64_t> parse(std::string_view text, std::span<const Unit> units, std::string_view example) {
  std::size_t digits = 0;
  while (digits < text.size() && ascii::digit(text[digits])) ++digits;
  if (digits == 0) return std::unexpected(fmt::format("expected a number with a unit, such as {}", example));
  std::string_view name = ascii::trim(text.substr(digits));
  if (name.empty()) return std::unexpected(fmt::format("the unit is missing: write it as in {}", example));
  auto number = ascii::parse_decimal(text.substr(0, digits));
  for (const Unit& unit : units) {
    if (name != unit.name) continue;
    if (!number || *number > static_cast<std::uint64_t>(INT64_MAX) / unit.factor)
      return std::unexpected("the number is too large");
    return *number * unit.factor;
  }
  return std::unexpected(fmt::format("unknown unit \"{}\": write it as in {}", name, example));
}

std::string text(std::uint64_t value, std::span<const Unit> units, std::string_view blank) {
  for (const Unit& unit : units) {
    bool whole = unit.printed && value % unit.factor == 0;
    if (whole && (value != 0)) return fmt::format("{}{}{}", value / unit.factor, blank, unit.name);
  }
  return {};
}

}  // namespace

Parsed<Duration> parse_duration(std::string_view text) {
  auto value = parse(text, kDurationUnits, "\"30s\", \"500ms\" or \"10m\"");
  if (!value) return std::unexpected(std::move(value.error()));
  return Duration(*value);
}

Parsed<ByteCount> parse_size(std::string_view text) { return parse(text, kSizeUnits, "\"64 KiB\" or \"8 MiB\""); }

std::string duration_text(Duration duration) {
  if (duration.count() <= 0) return "0s";
  std::string whole = text(static_cast<std::uint64_t>(duration.count()), kDurationUnits, "");
  return whole.empty() ? fmt::format("{}us", duration.count() / 1000) : whole;
}

std::string size_text(ByteCount bytes) { return bytes == 0 ? "0 B" : text(bytes, kSizeUnits, " "); }

}  // namespace porthole::app
