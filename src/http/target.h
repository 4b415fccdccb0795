// The request target (RFC 9112 §3.2) and the authority inside it (RFC 3986 §3.2), parsed once, strictly.
// Refused with 400: userinfo, empty hosts, fragments, backslashes outside queries, controls, blanks, non-ASCII, zone ids,
// IPv6 without brackets, IPv4 in octal, hex or short forms, ports 0 or above 65535 (bad-inputs 29, 32, 33).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/method.h"

namespace porthole::http {

enum class HostKind : std::uint8_t { name, ipv4, ipv6 };

// A host and a port. Views point into the text that was parsed.
struct Authority {
  HostKind kind = HostKind::name;
  std::string_view host;   // as received, without brackets; names may be in any case and may end in one dot
  std::uint16_t port = 0;  // 0 = not given ("host" or "host:")
};

// `text` is host [":" port]. With `port_required` (CONNECT, RFC 9110 §9.3.6) an absent or empty port is an error.
// Names are RFC 3986 reg-names restricted to letters, digits, "-", "_", "." and at most 253 octets; percent-encoding is refused.
// A name whose last label is numeric must be a dotted-quad IPv4 (WHATWG's "ends in a number"), else 400.
Result<Authority> parse_authority(std::string_view text, bool port_required);

enum class TargetForm : std::uint8_t { origin, absolute, authority, asterisk };
enum class Scheme : std::uint8_t { none, http, https, other };

// Views point into the text that was parsed.
struct Target {
  TargetForm form = TargetForm::origin;
  Scheme scheme = Scheme::none;  // absolute-form only; any case is accepted
  std::string_view scheme_text;
  Authority authority;              // absolute-form (http, https) and authority-form
  std::string_view path_and_query;  // "/path?query"; may be empty or start with "?" in absolute-form
};

// authority-form exactly for CONNECT, asterisk-form only for OPTIONS. For schemes other than http and https only `scheme`
// and `scheme_text` are set (answered with 501, nothing else is parsed).
Result<Target> parse_target(std::string_view text, Method method);

// User information is a credential (RFC 3986 §3.2.1, §7.5): a target that has some is refused, and shown without it. Forgiving,
// since this reads what was refused: everything before the last "@" of the authority, or, where no authority is, of all before
// the query. A path that begins with "/" has none. A view into `target`, empty when there is none.
std::string_view userinfo_in(std::string_view target);
// The target with each octet of its user information as "*": `target` itself, or a view of `room`.
std::string_view without_userinfo(std::string_view target, std::string& room);

// The port to connect to: given, or 80 / 443 by scheme.
std::uint16_t effective_port(const Authority& authority, Scheme scheme);

}  // namespace porthole::http
