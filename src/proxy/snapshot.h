// Snapshot: every option that the data path reads, as one immutable value. A reload builds a new one and swaps the pointer;
// an exchange keeps the one it began with. Rooms declare their own options; this composes them.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/units.h"
#include "rules/access.h"
#include "rules/rule_set.h"
#include "upstream/address_policy.h"
#include "upstream/options.h"
#include "wire/session.h"

namespace porthole::proxy {

struct Timeouts {
  Duration head = std::chrono::seconds(10);           // first byte of a request to its complete head: 408
  Duration idle_client = std::chrono::seconds(60);    // between requests: the connection closes
  Duration response_head = std::chrono::seconds(60);  // request sent to final response head: 504
  Duration body = std::chrono::seconds(60);           // request content stopped (408, 504), or a client reads no more
  Duration response_body = std::chrono::minutes(5);   // response content stopped; long, for quiet event streams
  Duration idle_tunnel = std::chrono::minutes(10);    // no byte moved in either direction
  Duration half_closed = std::chrono::seconds(60);    // a tunnel or a client that waits has ended: quiet time left
  Duration drain = std::chrono::seconds(30);          // TERM: how long what runs may still run
  bool operator==(const Timeouts&) const = default;
};

struct ConnectPorts {
  bool by_default = true;  // any but 25 on loopback listeners, 443 only beyond
  bool any = false;
  std::vector<std::uint16_t> list;  // when neither
  bool allow(std::uint16_t port, bool guarded) const {
    if (by_default) return guarded ? port == 443 : port != 25;
    return any || std::ranges::find(list, port) != list.end();
  }
  bool operator==(const ConnectPorts&) const = default;
};

struct Options {
  std::string name = "porthole";  // pseudonym in Via and Proxy-Status, "porthole-k3v9xa"
  bool via = true;
  ConnectPorts connect_ports;
  Timeouts timeouts;
  wire::Limits limits;
  ByteCount body_buffer = 256 * 1024;  // per exchange and direction
  ByteCount buffers_max = UINT64_MAX;  // of one worker together; beyond it each holds BlockPool::kShort
  // Bytes a second at which content must move, on average, once a timeout has passed: else a byte a minute holds an exchange
  // for ever. Content without a known length from a server is exempt: event streams are quiet. 0 = off. Apache's
  // mod_reqtimeout asks for 500, IIS and Kestrel for 240.
  ByteCount rate_min = 240;
  std::uint32_t connections_max = 0;  // client connections of all workers, tunnels included; 0 = no limit of ours
  std::uint32_t per_client_max = 0;   // client connections of one address, in all workers; 0 = no limit
  std::uint32_t pipes_max = 1024;     // pipes for splicing, per worker: two descriptors each
  bool operator==(const Options&) const = default;
};

struct Snapshot {
  Options options;
  rules::Access access{rules::AccessOptions{}};
  std::shared_ptr<const rules::RuleSet> rules;               // never null
  std::shared_ptr<const upstream::AddressPolicy> addresses;  // never null
  upstream::PoolOptions pool;
  upstream::DialOptions dial;
};

}  // namespace porthole::proxy
