// IP addresses, endpoints and networks as values. IPv4 is kept as itself, never as a number in another notation;
// unmapped() turns ::ffff:a.b.c.d into a.b.c.d so that one rule covers both spellings (bad-inputs 50).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;
struct sockaddr_storage;

namespace porthole {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  // the first 4 when v4
  bool v4 = true;

  static IpAddress loopback4() { return {{127, 0, 0, 1}, true}; }
  static IpAddress of4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) { return {{a, b, c, d}, true}; }
  // Dotted quad or RFC 4291 text without brackets and zone; nothing else.
  static std::optional<IpAddress> parse(std::string_view text);
  // The IPv4 address inside an IPv4-mapped IPv6 one; otherwise itself.
  IpAddress unmapped() const;
  bool loopback() const;     // 127/8, ::1, after unmapping
  bool unspecified() const;  // 0.0.0.0, ::
  std::string text() const;  // "127.0.0.1", "::1"

  auto operator<=>(const IpAddress&) const = default;
};

// For hash maps keyed by an address.
struct IpHash {
  std::size_t operator()(const IpAddress& ip) const {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(ip.bytes.data()), ip.bytes.size()});
  }
};

struct Endpoint {
  IpAddress ip;
  std::uint16_t port = 0;

  // "127.0.0.1:80", "[::1]:80", ":80" (unspecified IPv4).
  static std::optional<Endpoint> parse(std::string_view text);
  static Endpoint of(const sockaddr_storage& address);
  // Fills `out` and returns its length.
  unsigned to_sockaddr(sockaddr_storage& out) const;
  std::string text() const;  // "127.0.0.1:80", "[::1]:80"

  auto operator<=>(const Endpoint&) const = default;
};

// An address prefix, "10.0.0.0/8" or "fc00::/7" or a single address.
struct IpNetwork {
  IpAddress base;
  std::uint8_t prefix_bits = 0;

  // A network of IPv4-mapped addresses becomes the IPv4 network. Bits behind the prefix are ignored.
  static std::optional<IpNetwork> parse(std::string_view text);
  // `address` should be unmapped().
  bool contains(const IpAddress& address) const;
  std::string text() const;

  auto operator<=>(const IpNetwork&) const = default;
};

}  // namespace porthole
