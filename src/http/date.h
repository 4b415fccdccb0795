// IMF-fixdate (RFC 9110 §5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". Generated only in the preferred form, parsed in all three.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace porthole::http {

// 29 characters. `unix_seconds` >= 0.
std::array<char, 29> format_date(std::int64_t unix_seconds);
// IMF-fixdate, RFC 850 or asctime form; nothing when it is neither. Two-digit years more than 50 years after
// `now_unix_seconds` are in the past.
std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now_unix_seconds);

}  // namespace porthole::http
