// Digests and comparisons for secrets (libcrypto).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace porthole {

// SHA-256 (FIPS 180-4) as 64 hexadecimal digits.
std::string sha256_hex(std::string_view text);

// HMAC-SHA-256 (RFC 2104) as 64 hexadecimal digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

// Takes the same time wherever the first difference is; texts of different lengths differ at once.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace porthole
