// Durations and sizes as people write them in a configuration: "30s", "500ms", "64 KiB". Parsing and printing are each
// other's inverse. A number without a unit is refused: nobody should have to guess whether 10 means seconds.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/units.h"

namespace porthole::app {

// The error is one clause for a human, without the value and without a final dot.
template <class T>
using Parsed = std::expected<T, std::string>;

// Digits and a unit, blanks between allowed: us ms s m h d. Nothing negative, no fractions.
Parsed<Duration> parse_duration(std::string_view text);
// Digits and a unit: B KiB MiB GiB TiB (powers of 1024), kB MB GB TB (powers of 1000).
Parsed<ByteCount> parse_size(std::string_view text);

// In the largest unit that leaves a whole number: "90s", "10m", "1500ms".
std::string duration_text(Duration duration);
std::string size_text(ByteCount bytes);

}  // namespace porthole::app
