// Json: appends JSON to a text, without a tree in between. Texts are octets as they passed: what is not ASCII becomes U+0080 to
// U+00FF, one for each, so that nothing is lost and everything is valid.
#pragma once

#include <concepts>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace porthole {

class Json {
 public:
  // `out` outlives the writer. Begins nothing: object() or array() does.
  explicit Json(std::string& out) : out_(out) {}

  Json& object() { return open('{'); }
  Json& array() { return open('['); }
  Json& end_object() { return close('}'); }
  Json& end_array() { return close(']'); }
  // In an object, before a value. `name` is a literal of ours.
  Json& key(std::string_view name);
  Json& octets(std::string_view text);  // a value, as said above
  Json& text(std::string_view utf8);    // a value of ours, or JSON-safe UTF-8 from elsewhere: only escaped
  Json& number(std::integral auto value) {
    comma();
    fmt::format_to(std::back_inserter(out_), "{}", value);
    return *this;
  }
  Json& number(double value);
  Json& boolean(bool value);
  Json& null();
  Json& raw(std::string_view json);  // a value that is JSON already

  // key() and a value.
  Json& octets(std::string_view name, std::string_view value) { return key(name).octets(value); }
  Json& text(std::string_view name, std::string_view value) { return key(name).text(value); }
  Json& number(std::string_view name, auto value) { return key(name).number(value); }
  Json& boolean(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  Json& open(char bracket);
  Json& close(char bracket);
  void comma();
  void quoted(std::string_view text, bool octets);

  std::string& out_;
  bool first_ = true;
};

}  // namespace porthole
