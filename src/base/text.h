// Octets as text: is it UTF-8 (RFC 3629), and base64 (RFC 4648 §4) for what is not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace porthole {

// Whole and shortest forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view octets);
// UTF-8 without control characters but tab, line feed and carriage return: what people can read.
bool is_plain_text(std::string_view octets);

std::string base64(std::string_view octets);
// Nothing for what is not padded base64; line breaks are no part of it.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace porthole
