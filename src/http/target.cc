// See target.h. Strict on purpose: what two parsers could read in two ways is refused here, once, before any rule or
// address policy looks at it (bad-inputs 29, 32, 33). The text is never changed; what is accepted is sent as it came.
#include "http/target.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/scan.h"

namespace porthole::http {
namespace {

constexpr std::size_t kNameMax = 253;  // RFC 1035 §2.3.4, without the root's dot
constexpr const char* kAuthorityClause = "RFC 3986 §3.2";
constexpr const char* kTargetClause = "RFC 9112 §3.2";

// dec-octet of RFC 3986 §3.2.2: 0-255, no leading zero.
bool is_decimal_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return false;
  unsigned value = 0;
  for (char c : text) {
    if (!ascii::digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value <= 255;
}

bool is_ipv4(std::string_view text) {
  for (int i = 0; i < 3; ++i) {
    std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || !is_decimal_octet(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return is_decimal_octet(text);
}

// IPv6address of RFC 3986 §3.2.2: groups of one to four hexadecimal digits, at most one "::", an IPv4 tail.
bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    std::size_t end = text.find(':');
    std::string_view group = text.substr(0, end);
    if (end == std::string_view::npos && group.find('.') != std::string_view::npos) {
      groups += 2;
      return is_ipv4(group) && (gap ? groups <= 7 : groups == 8);
    }
    if (group.empty() || group.size() > 4) return false;
    for (char c : group) {
      if (ascii::hex_value(c) < 0) return false;
    }
    if (++groups > 8) return false;
    if (end == std::string_view::npos) return gap ? groups <= 7 : groups == 8;
    text.remove_prefix(end + 1);
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
      if (text.empty()) return groups <= 7;
    }
  }
}

// "Ends in a number" of the WHATWG URL standard: browsers and many resolvers read such a name as an IPv4 address.
bool is_number(std::string_view label) {
  if (label.empty() || !ascii::digit(label[0])) return false;
  bool hex = label.size() >= 2 && label[0] == '0' && (label[1] | 0x20) == 'x';
  for (char c : label.substr(hex ? 2 : 0)) {
    if (hex ? ascii::hex_value(c) < 0 : !ascii::digit(c)) return false;
  }
  return true;
}

// Takes the host from the front of `text`, which does not begin with "[": everything up to the first octet that no host
// may hold. One pass finds its labels.
Result<Authority> take_host(std::string_view text) {
  std::size_t end = 0;
  std::size_t label = 0;      // where the present label begins
  std::size_t last_full = 0;  // where the last label begins that is not empty
  bool empty_label = false;   // other than behind the root's dot
  for (; end < text.size() && is(kHostOctet, text[end]); ++end) {
    if (text[end] != '.') continue;
    empty_label = empty_label || end == label;
    last_full = label;
    label = end + 1;
  }
  std::string_view host = text.substr(0, end);
  bool rooted = label == end && end > 0;
  if (!rooted) last_full = label;
  std::size_t name_end = rooted ? end - 1 : end;
  if (empty_label || name_end > kNameMax) {
    return fail(client_error(400, "the host name has an empty label or is too long", kAuthorityClause));
  }
  if (!is_number(host.substr(last_full, name_end - last_full))) return Authority{.host = host};
  if (is_ipv4(host)) return Authority{.kind = HostKind::ipv4, .host = host};
  return fail(client_error(400, "a host that ends in a number must be a dotted-quad IPv4 address", kAuthorityClause));
}

// `text` begins behind the host: "", ":" or ":port".
Result<std::uint16_t> parse_port(std::string_view text, bool required) {
  if (text.size() <= 1) {
    if (required) return fail(client_error(400, "the target has no port", "RFC 9110 §9.3.6"));
    return std::uint16_t{0};
  }
  text.remove_prefix(1);
  unsigned port = 0;
  bool legal = text.size() <= 5;
  for (std::size_t i = 0; legal && i < text.size(); ++i) {
    legal = ascii::digit(text[i]);
    port = port * 10 + static_cast<unsigned>(text[i] - '0');
  }
  if (!legal || port == 0 || port > 65535) {
    return fail(client_error(400, "the port is not a number from 1 to 65535", "RFC 3986 §3.2.3"));
  }
  return static_cast<std::uint16_t>(port);
}

Error host_error(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return client_error(400, "user information in a URI is refused", "RFC 9110 §4.2.4");
  }
  if (text.empty() || text.front() == ':' || text.front() == '/') {
    return client_error(400, "the host is empty", "RFC 9110 §4.2.1");
  }
  return client_error(400, "the host has a character that no host may hold", kAuthorityClause);
}

// Where the first octet is that may not stand there. Browsers escape what the URL standard's percent-encode sets name
// (https://url.spec.whatwg.org/#query-percent-encode-set) and send " ' ^ ` { | } raw in some part or some version: these
// have no meaning to any receiver and pass everywhere. A backslash they send raw in queries only; before the first "?"
// their parsers read it as "/" and others do not, so there it is refused.
std::size_t find_illegal(std::string_view text) {
  std::size_t end = find_no_target(text, 0);
  if (end == text.size() || text[end] != '\\' || find_octet(text.substr(0, end), 0, '?') == end) return end;
  while (end < text.size() && text[end] == '\\') end = find_no_target(text, end + 1);
  return end;
}

Error target_error(char c) {
  if (c == '#') return client_error(400, "the request target has a fragment", "RFC 9112 §3.2");
  return client_error(400, "the request target has a character that no target may hold", kTargetClause);
}

Result<Target> parse_hierarchical(Target target, std::string_view rest) {
  if (!rest.starts_with("//")) return fail(client_error(400, "the URI has no authority", "RFC 9110 §4.2.1"));
  rest.remove_prefix(2);
  std::size_t end = find_either(rest, 0, '/', '?');
  PH_TRY(target.authority, parse_authority(rest.substr(0, end), false));
  target.path_and_query = rest.substr(end);
  return target;
}

}  // namespace

Result<Authority> parse_authority(std::string_view text, bool port_required) {
  Authority authority;
  std::size_t end = 0;
  if (text.starts_with('[')) {
    std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !is_ipv6(text.substr(1, bracket - 1))) {
      return fail(client_error(400, "the IPv6 address in brackets is malformed", kAuthorityClause));
    }
    authority = {.kind = HostKind::ipv6, .host = text.substr(1, bracket - 1)};
    end = bracket + 1;
  } else {
    PH_TRY(authority, take_host(text));
    end = authority.host.size();
    if (end == 0) return fail(host_error(text));
  }
  if (end == text.size() && !port_required) return authority;
  if (end < text.size() && text[end] != ':') return fail(host_error(text));
  Result<std::uint16_t> port = parse_port(text.substr(end), port_required);
  if (!port) return fail(text.find('@') != std::string_view::npos ? host_error(text) : port.error());
  authority.port = *port;
  return authority;
}

Result<Target> parse_target(std::string_view text, Method method) {
  Target target;
  if (text.empty()) return fail(client_error(400, "the request target is empty", kTargetClause));
  if (method == Method::connect) {
    target.form = TargetForm::authority;
    PH_TRY(target.authority, parse_authority(text, true));
    return target;
  }
  std::size_t legal = find_illegal(text);
  if (legal != text.size()) return fail(target_error(text[legal]));
  if (text[0] == '/') {
    target.path_and_query = text;
    return target;
  }
  if (text == "*") {
    if (method != Method::options) return fail(client_error(400, "only OPTIONS may ask for \"*\"", "RFC 9112 §3.2.4"));
    target.form = TargetForm::asterisk;
    return target;
  }
  std::size_t colon = 0;
  while (colon < text.size() && (ascii::alpha(text[colon]) || ascii::digit(text[colon]) || text[colon] == '+' ||
                                 text[colon] == '-' || text[colon] == '.')) {
    ++colon;
  }
  if (colon == text.size() || text[colon] != ':' || !ascii::alpha(text[0])) {
    return fail(client_error(400, "the request target is neither a path nor a URI", kTargetClause));
  }
  target.form = TargetForm::absolute;
  target.scheme_text = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  if (ascii::equal_nocase(target.scheme_text, "http")) target.scheme = Scheme::http;
  else if (ascii::equal_nocase(target.scheme_text, "https")) target.scheme = Scheme::https;
  else target.scheme = Scheme::other;
  if (target.scheme != Scheme::other) return parse_hierarchical(target, rest);
  if (rest.find_first_not_of("0123456789") == std::string_view::npos) {
    return fail(client_error(400, "host and port alone are a target for CONNECT only", "RFC 9112 §3.2.3"));
  }
  return target;
}

std::string_view userinfo_in(std::string_view target) {
  if (target.find('@') == std::string_view::npos || target.starts_with('/')) return {};
  std::size_t colon = target.find(':'), start = 0;
  std::string_view authority = target.substr(0, target.find_first_of("?#"));
  if (colon < authority.size() && authority.substr(colon).starts_with("://")) {
    std::string_view rest = authority.substr(colon + 3);
    std::size_t end = rest.find('/');
    if (end != 0) {
      start = colon + 3;
      authority = rest.substr(0, end);
    }
  }
  std::size_t at = authority.rfind('@');
  return at == std::string_view::npos ? std::string_view() : target.substr(start, at);
}

std::string_view without_userinfo(std::string_view target, std::string& room) {
  std::string_view secret = userinfo_in(target);
  if (secret.empty()) return target;
  room = target;
  std::fill_n(room.begin() + (secret.data() - target.data()), secret.size(), '*');
  return room;
}

std::uint16_t effective_port(const Authority& authority, Scheme scheme) {
  if (authority.port != 0) return authority.port;
  return scheme == Scheme::https ? 443 : 80;
}

}  // namespace porthole::http
