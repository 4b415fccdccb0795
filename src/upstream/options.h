// Options of finding and reaching servers. State that outlives a reload (pools, DNS cache) is kept when its options are equal.
#pragma once

#include <string>
#include <vector>

#include "base/ip.h"
#include "base/units.h"

namespace porthole::upstream {

struct ResolverOptions {
  std::vector<std::string> nameservers;  // "127.0.0.1:5353"; empty = resolv.conf
  std::string hosts_file = "/etc/hosts";
  Duration timeout = std::chrono::seconds(5);  // whole lookup, both families
  Duration ttl_max = std::chrono::minutes(10);
  Duration negative_ttl = std::chrono::seconds(5);
  Duration resolution_delay = std::chrono::milliseconds(50);  // RFC 8305 §3: A came, AAAA not yet
  bool ipv6 = true;
  std::size_t cache_names_max = 10'000;
  bool operator==(const ResolverOptions&) const = default;
};

struct AddressOptions {
  std::vector<IpNetwork> allow;  // dialled although loopback, link-local, private
  std::vector<IpNetwork> deny;   // never dialled; wins over allow
  bool operator==(const AddressOptions&) const = default;
};

struct PoolOptions {
  std::uint32_t per_origin = 1024;  // connections per origin and worker; further requests queue
  std::uint32_t queue = 1024;       // waiters per origin; beyond: 503 connection_limit_reached
  std::uint32_t idle_max = 1024;    // idle connections kept per worker; the one idle longest leaves first
  Duration idle_timeout = std::chrono::seconds(60);
  bool operator==(const PoolOptions&) const = default;
};

struct DialOptions {
  Duration connect_timeout = std::chrono::seconds(5);       // all attempts together, after the name is resolved
  Duration attempt_delay = std::chrono::milliseconds(250);  // RFC 8305 §5 connection attempt delay
  bool operator==(const DialOptions&) const = default;
};

}  // namespace porthole::upstream
