// Parsing by hand and not by getaddrinfo: a name could lead anywhere, an address of 127.0.0.0/8 cannot.
#include "pload/loopback.h"

#include <charconv>

#include <arpa/inet.h>

namespace porthole::pload {

std::expected<sockaddr_in, std::string> parse_loopback(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::unexpected("expected ADDRESS:PORT, got " + std::string(text));

  sockaddr_in address{};
  address.sin_family = AF_INET;
  const std::string host(text.substr(0, colon));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    return std::unexpected("not an IPv4 address: " + host);
  }
  if ((ntohl(address.sin_addr.s_addr) >> 24) != 127) {
    return std::unexpected("loopback addresses only (127.0.0.0/8), got " + host);
  }

  const std::string_view digits = text.substr(colon + 1);
  in_port_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    return std::unexpected("not a port: " + std::string(digits));
  }
  address.sin_port = htons(port);
  return address;
}

sockaddr_in loopback_source(unsigned n, unsigned count) {
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + n % count);
  return source;
}

}  // namespace porthole::pload
