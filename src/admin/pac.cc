// See pac.h. Loopback names mean the visitor's own machine, which the proxy cannot reach from elsewhere: DIRECT. All else goes
// through the proxy, without DIRECT as a last resort: falling back silently would hide that the proxy is down.
#include "admin/pac.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/ip.h"

namespace porthole::admin {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii::lower);
  return out;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  std::string_view bare = host;
  if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
  if (bare == "::1") return true;
  auto ip = IpAddress::parse(bare);
  return ip && ip->v4 && ip->loopback();
}

// The address may come from a visitor's Host field: only what an address consists of gets into the script.
std::string address_only(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 262)) {
    bool legal =
        ascii::alpha(c) || ascii::digit(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    if (legal) out += c;
  }
  return out;
}

// The host of scheme://[userinfo@]host[:port]..., brackets kept.
std::optional<std::string> host_of(std::string_view url) {
  std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return std::nullopt;
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  std::size_t end = rest.starts_with('[') ? rest.find(']') + 1 : rest.find(':');
  rest = rest.substr(0, end);
  if (rest.empty()) return std::nullopt;
  return lower(rest);
}

}  // namespace

std::string pac_text(std::string_view proxy_address) {
  return fmt::format(R"(// Made by Porthole. The visitor's own machine is reached directly, all else through the proxy.
function FindProxyForURL(url, host) {{
  var name = host.toLowerCase().replace(/^\[|\]$/g, "");
  if (name === "localhost" || /\.localhost$/.test(name) || name === "::1" || /^127\.\d+\.\d+\.\d+$/.test(name)) {{
    return "DIRECT";
  }}
  return "PROXY {}";
}}
)",
                     address_only(proxy_address));
}

std::optional<std::string> pac_answer(std::string_view url, std::string_view proxy_address) {
  auto host = host_of(url);
  if (!host) return std::nullopt;
  return is_loopback(*host) ? "DIRECT" : fmt::format("PROXY {}", proxy_address);
}

}  // namespace porthole::admin
