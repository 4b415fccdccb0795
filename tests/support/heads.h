// Heads for tests of what composes heads: from text, and back to one line of fields and changes.
#pragma once

#include <string>
#include <string_view>

#include "base/ascii.h"
#include "http/head.h"

namespace porthole::test {

// Takes a line from the front of `rest`.
inline std::string_view next_line(std::string_view& rest) {
  std::string_view line = rest.substr(0, rest.find("\r\n"));
  rest.remove_prefix(line.size() + 2);
  return line;
}

inline void read_fields(std::string_view rest, http::Fields& fields) {
  while (!rest.empty()) {
    std::string_view line = next_line(rest);
    std::size_t colon = line.find(':');
    fields.add(line.substr(0, colon), ascii::trim(line.substr(colon + 1)));
  }
}

// Reads a head as a codec would, trusting it: views point into `raw`.
inline void read(std::string_view text, http::RequestHead& head) {
  head.raw = text;
  std::string_view rest = head.raw;
  std::string_view line = next_line(rest);
  head.method_text = line.substr(0, line.find(' '));
  head.method = http::method_of(head.method_text);
  head.target_text = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
  head.version = line.ends_with("1.0") ? http::Version::http10 : http::Version::http11;
  head.target = *http::parse_target(head.target_text, head.method);
  read_fields(rest, head.fields);
}

inline void read(std::string_view text, http::ResponseHead& head) {
  head.raw = text;
  std::string_view rest = head.raw;
  std::string_view line = next_line(rest);
  head.version = line.starts_with("HTTP/1.0") ? http::Version::http10 : http::Version::http11;
  head.status = static_cast<std::uint16_t>(*ascii::parse_decimal(line.substr(9, 3)));
  head.reason = line.substr(13);
  read_fields(rest, head.fields);
}

// The fields joined by "|", then the changes.
template <class Head>
std::string text_of(const Head& head, const http::Changes& changes) {
  std::string text;
  for (const http::Field& field : head.fields) text += "|" + std::string(field.name) + ": " + std::string(field.value);
  text += "| changes:";
  for (const http::Change& change : changes) {
    text += " " + std::string(http::facts_of(change.kind).name) + "[" + std::string(change.before) + "][" +
            std::string(change.after) + "]";
  }
  return text;
}

}  // namespace porthole::test
