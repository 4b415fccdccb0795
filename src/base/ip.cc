// See ip.h. inet_pton accepts exactly the dotted quad and RFC 4291 text, no octal and no short forms.
#include "base/ip.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/ascii.h"

namespace porthole {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  if (std::memchr(buffer, 0, text.size())) return std::nullopt;
  IpAddress address;
  if (::inet_pton(AF_INET, buffer, address.bytes.data()) == 1) return address;
  if (::inet_pton(AF_INET6, buffer, address.bytes.data()) == 1) {
    address.v4 = false;
    return address;
  }
  return std::nullopt;
}

IpAddress IpAddress::unmapped() const {
  static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (v4 || std::memcmp(bytes.data(), kMapped, sizeof kMapped) != 0) return *this;
  return of4(bytes[12], bytes[13], bytes[14], bytes[15]);
}

bool IpAddress::loopback() const {
  IpAddress plain = unmapped();
  if (plain.v4) return plain.bytes[0] == 127;
  static constexpr std::array<std::uint8_t, 16> kOne = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return plain.bytes == kOne;
}

bool IpAddress::unspecified() const {
  IpAddress plain = unmapped();
  return std::all_of(plain.bytes.begin(), plain.bytes.begin() + (plain.v4 ? 4 : 16),
                     [](std::uint8_t b) { return b == 0; });
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data(), buffer, sizeof buffer);
  return buffer;
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  auto port = ascii::parse_decimal(text.substr(colon + 1));
  if (!port || *port > 65535) return std::nullopt;
  Endpoint endpoint;
  endpoint.port = static_cast<std::uint16_t>(*port);
  if (host.empty()) {
    endpoint.ip = IpAddress::of4(0, 0, 0, 0);
    return endpoint;
  }
  bool bracketed = host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  auto ip = IpAddress::parse(host);
  if (!ip || ip->v4 == bracketed) return std::nullopt;
  endpoint.ip = *ip;
  return endpoint;
}

Endpoint Endpoint::of(const sockaddr_storage& address) {
  Endpoint endpoint;
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    endpoint.ip.v4 = false;
    std::memcpy(endpoint.ip.bytes.data(), &v6.sin6_addr, 16);
    endpoint.port = ntohs(v6.sin6_port);
  } else if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    std::memcpy(endpoint.ip.bytes.data(), &v4.sin_addr, 4);
    endpoint.port = ntohs(v4.sin_port);
  }
  return endpoint;
}

unsigned Endpoint::to_sockaddr(sockaddr_storage& out) const {
  out = {};
  if (ip.v4) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, ip.bytes.data(), 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, ip.bytes.data(), 16);
  return sizeof v6;
}

std::string Endpoint::text() const {
  std::string host = ip.text();
  return (ip.v4 ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  std::size_t slash = text.find('/');
  auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  IpNetwork network{*base, static_cast<std::uint8_t>(base->v4 ? 32 : 128)};
  if (slash != std::string_view::npos) {
    auto bits = ascii::parse_decimal(text.substr(slash + 1));
    if (!bits || *bits > network.prefix_bits) return std::nullopt;
    network.prefix_bits = static_cast<std::uint8_t>(*bits);
  }
  // Addresses are unmapped before they are asked about, so a mapped network must be the IPv4 one that it means.
  if (IpAddress plain = base->unmapped(); plain.v4 && !base->v4 && network.prefix_bits >= 96) {
    network = {plain, static_cast<std::uint8_t>(network.prefix_bits - 96)};
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.v4 != base.v4) return false;
  std::size_t whole = prefix_bits / 8;
  if (std::memcmp(address.bytes.data(), base.bytes.data(), whole) != 0) return false;
  unsigned rest = prefix_bits % 8;
  if (rest == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (address.bytes[whole] & mask) == (base.bytes[whole] & mask);
}

std::string IpNetwork::text() const { return base.text() + "/" + std::to_string(prefix_bits); }

}  // namespace porthole
