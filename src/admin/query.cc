// See query.h.
#include "admin/query.h"

#include <algorithm>

#include "base/ascii.h"

namespace porthole::admin {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = ascii::lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool escape = text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

Query::Query(std::string_view target) : path_(target.substr(0, target.find('?'))) {
  std::string_view rest = target.substr(std::min(path_.size() + 1, target.size()));
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    std::size_t equals = std::min(pair.find('='), pair.size());
    std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (!pair.empty()) pairs_.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
  }
}

std::optional<std::string_view> Query::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool Query::flag(std::string_view name) const {
  auto value = get(name);
  return value && *value != "0" && *value != "false";
}

std::optional<std::uint64_t> Query::number(std::string_view name) const {
  auto value = get(name);
  return value ? ascii::parse_decimal(*value) : std::nullopt;
}

}  // namespace porthole::admin
