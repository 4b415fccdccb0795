// Targets and authorities: what is accepted lies within the text, names a host as strictly as target.h promises, and is
// accepted again when composed anew. The C library's readers of addresses are the second opinion: what we call an address is
// one for inet_pton, and what we call a name is none for inet_aton, which resolvers ask first (bad-inputs 33).
// Input: one octet that chooses the method, or an authority alone (the Host field), then the text.
#include "http/target.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <arpa/inet.h>

#include "http/characters.h"

namespace http = porthole::http;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool inside(std::string_view part, std::string_view text) {
  return part.empty() || (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size());
}

std::string composed(const http::Authority& authority) {
  std::string text(authority.host);
  if (authority.kind == http::HostKind::ipv6) text = "[" + text + "]";
  if (authority.port != 0) text += ":" + std::to_string(authority.port);
  return text;
}

bool is_address(int family, std::string_view host) {
  std::array<unsigned char, 16> address;
  return inet_pton(family, std::string(host).c_str(), address.data()) == 1;
}

void check_host(const http::Authority& authority) {
  std::string host(authority.host);
  in_addr loose{};
  switch (authority.kind) {
    case http::HostKind::ipv4: return require(is_address(AF_INET, host));
    case http::HostKind::ipv6: return require(is_address(AF_INET6, host));
    case http::HostKind::name: return require(inet_aton(host.c_str(), &loose) == 0);
  }
}

void check_authority(const http::Authority& authority, std::string_view text) {
  require(inside(authority.host, text) && !authority.host.empty());
  check_host(authority);
  if (authority.kind != http::HostKind::ipv6) {
    require(http::span_of(http::kHostOctet, authority.host) == authority.host.size() && authority.host.size() <= 254);
  }
  std::string again = composed(authority);
  porthole::Result<http::Authority> parsed = http::parse_authority(again, false);
  require(parsed && parsed->host == authority.host && parsed->port == authority.port && parsed->kind == authority.kind);
}

void check_authority_text(const std::string& text) {
  porthole::Result<http::Authority> with_port = http::parse_authority(text, true);
  porthole::Result<http::Authority> authority = http::parse_authority(text, false);
  require(authority.has_value() || !with_port.has_value());
  if (authority) check_authority(*authority, text);
  else require(authority.error().status == 400 && authority.error().detail[0] != '\0');
  // The other way round: nothing that is an address is refused.
  bool plain = text.find('\0') == std::string::npos;
  if (plain && is_address(AF_INET, text)) require(authority && authority->kind == http::HostKind::ipv4);
  if (plain && is_address(AF_INET6, text)) require(http::parse_authority("[" + text + "]", false).has_value());
}

// Nothing but the octets of a target; a backslash behind the first "?" alone.
void check_octets(std::string_view text) {
  std::size_t query = text.find('?');
  for (std::size_t at = 0; (at += http::span_of(http::kTargetOctet, text.substr(at))) < text.size(); ++at)
    require(text[at] == '\\' && query < at);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array kMethods = {http::Method::get, http::Method::connect, http::Method::options,
                                   http::Method::other};
  http::Method method = kMethods[data[0] & 3U];
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 4U) != 0) {
    check_authority_text(text);
    return 0;
  }
  porthole::Result<http::Target> target = http::parse_target(text, method);
  if (!target) {
    require(target.error().status == 400 && target.error().detail[0] != '\0');
    return 0;
  }
  require((target->form == http::TargetForm::authority) == (method == http::Method::connect));
  require(inside(target->path_and_query, text) && inside(target->scheme_text, text));
  if (target->form == http::TargetForm::authority) require(target->authority.port != 0);
  bool has_host = target->form == http::TargetForm::authority ||
                  (target->form == http::TargetForm::absolute && target->scheme != http::Scheme::other);
  if (has_host) check_authority(target->authority, text);
  if (target->form != http::TargetForm::authority) check_octets(text);
  return 0;
}
