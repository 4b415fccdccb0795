// See target_parts.h.
#include "flow/target_parts.h"

#include <algorithm>

#include "base/ascii.h"

namespace porthole::flow {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii::lower);
  return out;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "http" ? 80 : scheme == "https" ? 443 : 0; }

}  // namespace

TargetParts target_parts(std::string_view target, std::string_view host) {
  TargetParts parts;
  std::size_t scheme = target.find("://");
  bool absolute = scheme != std::string_view::npos && target.find_first_of("/?#") == scheme + 1;
  std::string_view rest = target;
  if (absolute) {
    parts.scheme = lower(target.substr(0, scheme));
    rest = target.substr(scheme + 3);
    rest.remove_prefix(std::min(rest.find_first_of("/?#"), rest.size()));
  } else if (!target.starts_with('/') && target != "*") {
    rest = {};  // authority-form
  }
  rest = rest.substr(0, rest.find('#'));
  std::size_t question = rest.find('?');
  parts.path = rest.substr(0, question);
  if (absolute && parts.path.empty()) parts.path = "/";
  if (question != std::string_view::npos) parts.query = rest.substr(question + 1);

  if (std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  std::size_t colon = host.rfind(':');
  bool bracketed = host.starts_with('[');
  if (colon != std::string_view::npos && (!bracketed || colon > host.rfind(']'))) {
    auto port = ascii::parse_decimal(host.substr(colon + 1));
    if (port && *port <= 65535) parts.port = static_cast<std::uint16_t>(*port);
    host = host.substr(0, colon);
  }
  if (bracketed && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  parts.host = lower(host);
  if (parts.port == 0 && !parts.host.empty()) parts.port = default_port(parts.scheme);
  return parts;
}

std::string url_of(const TargetParts& parts) {
  if (parts.scheme.empty()) return {};
  bool six = parts.host.contains(':');
  std::string url = parts.scheme + "://" + (six ? "[" + parts.host + "]" : parts.host);
  if (parts.port != 0 && parts.port != default_port(parts.scheme)) url += ":" + std::to_string(parts.port);
  url += parts.path;
  if (parts.query.data() != nullptr) url.append("?").append(parts.query);
  return url;
}

}  // namespace porthole::flow
