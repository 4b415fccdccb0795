// See json.h.
#include "base/json.h"

namespace porthole {

void Json::comma() {
  if (!first_) out_ += ',';
  first_ = false;
}

Json& Json::open(char bracket) {
  comma();
  out_ += bracket;
  first_ = true;
  return *this;
}

Json& Json::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

Json& Json::key(std::string_view name) {
  comma();
  out_.append("\"").append(name).append("\":");
  first_ = true;
  return *this;
}

void Json::quoted(std::string_view text, bool octets) {
  out_ += '"';
  for (char c : text) {
    auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (octet < 0x20 || octet == 0x7f) {
      out_ += c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : fmt::format("\\u{:04x}", octet);
    } else if (octet >= 0x80 && octets) {
      out_ += static_cast<char>(0xc0 | octet >> 6);
      out_ += static_cast<char>(0x80 | (octet & 0x3f));
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

Json& Json::octets(std::string_view text) {
  comma();
  quoted(text, true);
  return *this;
}

Json& Json::text(std::string_view utf8) {
  comma();
  quoted(utf8, false);
  return *this;
}

Json& Json::number(double value) {
  comma();
  fmt::format_to(std::back_inserter(out_), "{:.3f}", value);
  return *this;
}

Json& Json::boolean(bool value) { return raw(value ? "true" : "false"); }
Json& Json::null() { return raw("null"); }

Json& Json::raw(std::string_view json) {
  comma();
  out_ += json;
  return *this;
}

}  // namespace porthole
