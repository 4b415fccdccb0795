// See text.h.
#include "base/text.h"

#include <algorithm>

#include <openssl/evp.h>

namespace porthole {
namespace {

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

// The length of the character at the front of `text`; 0 when there is none.
std::size_t character(std::string_view text) {
  std::uint8_t first = octet(text[0]);
  if (first < 0x80) return 1;
  std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(text[i]) & 0xc0) != 0x80) return 0;
  }
  std::uint8_t second = octet(text[1]);
  bool longer_than_needed = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  bool surrogate = first == 0xed && second > 0x9f;
  bool beyond = first == 0xf4 && second > 0x8f;
  return longer_than_needed || surrogate || beyond ? 0 : size;
}

}  // namespace

bool is_utf8(std::string_view octets) {
  while (!octets.empty()) {
    std::size_t size = character(octets);
    if (size == 0) return false;
    octets.remove_prefix(size);
  }
  return true;
}

bool is_plain_text(std::string_view octets) {
  bool control = std::any_of(octets.begin(), octets.end(), [](char c) {
    return (octet(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
  });
  return !control && is_utf8(octets);
}

std::string base64(std::string_view octets) {
  std::string out((octets.size() + 2) / 3 * 4, '\0');
  // Writes a NUL behind, where std::string has one already.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(octets.data()),
                  static_cast<int>(octets.size()));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0 || text.size() > INT_MAX) return std::nullopt;
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  // EVP_DecodeBlock forgives blanks and more padding.
  if (text.substr(0, text.size() - padding).find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                             reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

}  // namespace porthole
