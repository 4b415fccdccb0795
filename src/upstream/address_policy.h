// AddressPolicy: may this very address be dialled? Asked after resolving and before connecting, with the address that is
// then used (bad-inputs 49-51: no second resolution, no rebinding). Never our own listeners; on listeners beyond loopback
// neither loopback, link-local, metadata nor private ranges unless allowed. Pure; immutable; shared by workers.
#pragma once

#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "upstream/options.h"

namespace porthole::upstream {

class AddressPolicy {
 public:
  // `own_listeners`: every address the program listens on (proxy, observe, inspector). `local_addresses`: the machine's
  // interface addresses, so that an unspecified listener is recognised under each of them.
  AddressPolicy(AddressOptions options, std::vector<Endpoint> own_listeners, std::vector<IpAddress> local_addresses);

  // Error: 403 destination_ip_prohibited. `guarded`: the request came in on a listener beyond loopback.
  Result<> check(const Endpoint& to, bool guarded) const;

 private:
  bool is_own(const IpAddress& ip, std::uint16_t port) const;
  AddressOptions options_;
  std::vector<IpNetwork> near_;  // what guarded listeners refuse
  std::vector<Endpoint> own_;
  std::vector<IpAddress> local_;
};

// The IPv4 address inside an IPv4-mapped, NAT64 (64:ff9b::/96), 6to4 (2002::/16), Teredo (2001::/32) or
// IPv4-compatible (::/96) address; otherwise itself.
IpAddress embedded_ipv4(const IpAddress& address);

// The addresses of this machine's interfaces.
std::vector<IpAddress> interface_addresses();

}  // namespace porthole::upstream
