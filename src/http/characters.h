// Which octets may stand where (RFC 9110 §5.6.2, §5.5): one table, looked up once per octet, shared by the codecs and by
// whoever validates a name or a value that a user or a rule composed. Octets, not characters: no locale, no UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace porthole::http {

enum CharacterClass : std::uint8_t {
  kTokenOctet = 1,   // tchar of RFC 9110 §5.6.2
  kValueOctet = 2,   // field-vchar, SP and HTAB of RFC 9110 §5.5; so no NUL, CR, LF, other controls or DEL
  kTargetOctet = 4,  // visible ASCII without "#" and "\", which may stand in a query: see http/target.h
  kHostOctet = 8,    // letters, digits, "-", "_", "."
};

namespace detail {
constexpr std::array<std::uint8_t, 256> make_character_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    unsigned classes = 0;
    if (alnum ||
        (c != 0 && c < 128 && std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos))
      classes |= kTokenOctet;
    if (c == '\t' || (c >= ' ' && c != 0x7f)) classes |= kValueOctet;
    if (c > ' ' && c < 0x7f && c != '#' && c != '\\') classes |= kTargetOctet;
    if (alnum || c == '-' || c == '_' || c == '.') classes |= kHostOctet;
    table[c] = static_cast<std::uint8_t>(classes);
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kCharacters = make_character_table();
}  // namespace detail

constexpr bool is(CharacterClass character_class, char c) {
  return (detail::kCharacters[static_cast<unsigned char>(c)] & character_class) != 0;
}

// How many octets of that class `text` begins with.
constexpr std::size_t span_of(CharacterClass character_class, std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is(character_class, text[i])) ++i;
  return i;
}

constexpr bool is_token(std::string_view text) { return !text.empty() && span_of(kTokenOctet, text) == text.size(); }

}  // namespace porthole::http
