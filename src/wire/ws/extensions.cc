// See extensions.h.
#include "wire/ws/extensions.h"

#include <algorithm>

#include "base/ascii.h"
#include "wire/ws/message_reader.h"

namespace porthole::wire::ws {
namespace {

// Up to the next `separator` that is not within a quoted string; takes both.
std::string_view take(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
    else if (quoted && text[end] == '\\') ++end;
  }
  end = std::min(end, text.size());
  std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return ascii::trim(taken);
}

// RFC 7692 §7.1. False for a parameter that it does not have.
bool take_parameter(Extensions& said, std::string_view parameter) {
  std::string_view name = take(parameter, '=');
  if (ascii::equal_nocase(name, "client_no_context_takeover")) return said.client_no_context_takeover = true;
  if (ascii::equal_nocase(name, "server_no_context_takeover")) return said.server_no_context_takeover = true;
  return ascii::equal_nocase(name, "client_max_window_bits") || ascii::equal_nocase(name, "server_max_window_bits");
}

}  // namespace

std::uint8_t Extensions::reserved() const { return other ? kRsv1 | kRsv2 | kRsv3 : deflate ? kRsv1 : 0; }

Extensions Extensions::parse(std::string_view value) {
  Extensions said;
  while (!value.empty()) {
    std::string_view parameters = take(value, ',');
    if (parameters.empty()) continue;  // RFC 9110 §5.6.1
    std::string_view name = take(parameters, ';');
    if (said.deflate || !ascii::equal_nocase(name, "permessage-deflate")) {
      said.other = true;
      continue;
    }
    said.deflate = true;
    while (!parameters.empty()) said.other |= !take_parameter(said, take(parameters, ';'));
  }
  return said;
}

}  // namespace porthole::wire::ws
