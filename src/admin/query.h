// Query: the target of a request to one of our own listeners, in origin-form, taken apart: "/api/flows?filter=a%20b&limit=5".
// RFC 3986 §3.3, §3.4; the query as HTML forms write it, so `+` is a blank.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::admin {

class Query {
 public:
  explicit Query(std::string_view target);
  std::string_view path() const { return path_; }  // as sent: our paths need no decoding
  // Decoded; the first of that name. A `%` that is no escape stays as it is.
  std::optional<std::string_view> get(std::string_view name) const;
  std::string_view text(std::string_view name) const { return get(name).value_or(std::string_view()); }
  // Present, and neither "0" nor "false".
  bool flag(std::string_view name) const;
  // Nothing when it is absent; anything that is no number counts as absent.
  std::optional<std::uint64_t> number(std::string_view name) const;

 private:
  std::string_view path_;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace porthole::admin
