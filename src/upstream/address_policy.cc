// See address_policy.h. Every address is looked at as itself and as the IPv4 address it carries, so that no spelling of
// 127.0.0.1 passes where another would not (bad-inputs 50).
#include "upstream/address_policy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string_view>

#include <ifaddrs.h>

namespace porthole::upstream {
namespace {

// What a listener beyond loopback does not reach for its clients unless allowed: RFC 6890's registry, as far as it names
// places that are near us rather than on the Internet, and the clouds' metadata services.
constexpr std::array<std::string_view, 21> kNear = {
    "0.0.0.0/8",         // "this network": the kernel takes 0.0.0.0 for loopback
    "10.0.0.0/8",        // RFC 1918
    "100.64.0.0/10",     // RFC 6598, carrier-grade NAT
    "127.0.0.0/8",       // loopback
    "168.63.129.16/32",  // Azure's host service
    "169.254.0.0/16",    // link-local, with 169.254.169.254
    "172.16.0.0/12",     // RFC 1918
    "192.0.0.0/24",      // IETF protocol assignments; Oracle's metadata
    "192.168.0.0/16",    // RFC 1918
    "198.18.0.0/15",     // RFC 2544, test networks
    "224.0.0.0/4",       // multicast
    "240.0.0.0/4",       // reserved, with the broadcast address
    "::/128",            // the kernel takes it for loopback
    "::1/128",           // loopback
    "64:ff9b:1::/48",    // RFC 8215: NAT64 for local use, its IPv4 address is anywhere in it
    "100::/64",          // RFC 6666, discard
    "fc00::/7",          // RFC 4193, unique local
    "fe80::/10",         // link-local
    "fec0::/10",         // RFC 3879, site-local of old
    "ff00::/8",          // multicast
    "5f00::/16",         // RFC 9602, segment routing inside one domain
};

std::vector<IpNetwork> near_networks() {
  std::vector<IpNetwork> networks;
  for (std::string_view text : kNear) networks.push_back(*IpNetwork::parse(text));
  return networks;
}

// A network written in mapped form means the IPv4 network, since addresses are unmapped before they are compared.
void unmap(std::vector<IpNetwork>& networks) {
  for (IpNetwork& network : networks) {
    IpAddress plain = network.base.unmapped();
    if (plain.v4 == network.base.v4 || network.prefix_bits < 96) continue;
    network = {plain, static_cast<std::uint8_t>(network.prefix_bits - 96)};
  }
}

bool any_contains(const std::vector<IpNetwork>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const IpNetwork& network) { return network.contains(address); });
}

Error prohibited(const char* detail) {
  return {.token = Token::destination_ip_prohibited, .side = Side::client, .status = 403, .detail = detail};
}

}  // namespace

AddressPolicy::AddressPolicy(AddressOptions options, std::vector<Endpoint> own_listeners,
                             std::vector<IpAddress> local_addresses)
    : options_(std::move(options)),
      near_(near_networks()),
      own_(std::move(own_listeners)),
      local_(std::move(local_addresses)) {
  unmap(options_.allow);
  unmap(options_.deny);
  for (Endpoint& own : own_) own.ip = own.ip.unmapped();
  for (IpAddress& local : local_) local = local.unmapped();
}

Result<> AddressPolicy::check(const Endpoint& to, bool guarded) const {
  IpAddress plain = to.ip.unmapped();
  IpAddress inner = embedded_ipv4(plain);
  bool carries = inner != plain;
  if (is_own(plain, to.port) || (carries && is_own(inner, to.port))) {
    return fail(prohibited("the address is a listener of this proxy itself"));
  }
  if (any_contains(options_.deny, plain) || (carries && any_contains(options_.deny, inner))) {
    return fail(prohibited("the address is on the deny list"));
  }
  if (!guarded) return {};
  if (any_contains(options_.allow, plain) || (carries && any_contains(options_.allow, inner))) return {};
  if (any_contains(near_, plain) || (carries && any_contains(near_, inner))) {
    return fail(prohibited("the address is loopback, link-local or private"));
  }
  return {};
}

// An unspecified target is refused on every own port: which listener the kernel would choose is not worth guessing.
bool AddressPolicy::is_own(const IpAddress& ip, std::uint16_t port) const {
  for (const Endpoint& own : own_) {
    if (own.port != port) continue;
    if (own.ip == ip || ip.unspecified()) return true;
    if (own.ip.unspecified() && (ip.loopback() || std::ranges::find(local_, ip) != local_.end())) return true;
  }
  return false;
}

IpAddress embedded_ipv4(const IpAddress& address) {
  IpAddress plain = address.unmapped();
  if (plain.v4) return plain;
  const auto& b = plain.bytes;
  auto starts_with = [&](std::initializer_list<std::uint8_t> prefix) {
    return std::ranges::equal(prefix, std::span(b).first(prefix.size()));
  };
  if (starts_with({0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return IpAddress::of4(b[12], b[13], b[14], b[15]);                           // RFC 6052
  if (starts_with({0x20, 0x02})) return IpAddress::of4(b[2], b[3], b[4], b[5]);  // RFC 3056
  if (starts_with({0x20, 0x01, 0, 0})) {                                         // RFC 4380
    auto flip = [](std::uint8_t byte) { return static_cast<std::uint8_t>(byte ^ 0xff); };
    return IpAddress::of4(flip(b[12]), flip(b[13]), flip(b[14]), flip(b[15]));
  }
  // RFC 4291 §2.5.5.1, IPv4-compatible; :: and ::1 are addresses of their own.
  bool compatible = starts_with({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  if (compatible && !plain.unspecified() && !plain.loopback()) return IpAddress::of4(b[12], b[13], b[14], b[15]);
  return plain;
}

std::vector<IpAddress> interface_addresses() {
  std::vector<IpAddress> addresses;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return addresses;
  for (ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr) continue;
    int family = entry->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage address{};
    std::memcpy(&address, entry->ifa_addr, family == AF_INET ? 16 : 28);  // sizes of sockaddr_in and sockaddr_in6
    addresses.push_back(Endpoint::of(address).ip);
  }
  ::freeifaddrs(list);
  return addresses;
}

}  // namespace porthole::upstream
