// Dialer: from an authority to a standing connection. Resolves, vets each address, then races them (Happy Eyeballs v2,
// RFC 8305): attempts start 250 ms apart, families alternate, the first that stands wins and the others are closed.
#pragma once

#include <memory>
#include <string>

#include "http/target.h"
#include "io/network.h"
#include "io/task.h"
#include "upstream/address_policy.h"
#include "upstream/race.h"
#include "upstream/resolver.h"

namespace porthole::upstream {

struct DialRequest {
  http::HostKind kind = http::HostKind::name;
  std::string host;  // owned: the request may be gone before the dial ends
  std::uint16_t port = 0;
  bool guarded = false;                         // see AddressPolicy::check
  std::shared_ptr<const AddressPolicy> policy;  // not null
  DialOptions options;
  DialWatch* watch = nullptr;  // outlives the dial
};

struct Dialed {
  std::unique_ptr<io::Stream> stream;  // has no listener
  Endpoint address;
  Duration resolving{};
  Duration connecting{};
  std::uint32_t attempts = 1;
  bool dns_from_cache = false;
};

class Dialer {
 public:
  // All outlive the dialer.
  Dialer(io::Loop& loop, io::Network& network, Resolver& resolver)
      : loop_(loop), network_(network), resolver_(&resolver) {}
  // Later dials ask this one (a reload changed its options); those that wait keep theirs, which must live until they end.
  void set_resolver(Resolver& resolver) { resolver_ = &resolver; }

  // Errors carry a status for an answer: 403 prohibited (all addresses are, or all that are not failed), 502 refused /
  // unroutable / dns_error, 504 dns_timeout / connection_timeout; 503 connection_limit_reached when no descriptor is free.
  // The task may be destroyed while it waits: every attempt is closed.
  io::Task<Result<Dialed>> dial(DialRequest request);

 private:
  // The other family's answer joins a race that began without it.
  io::Task<void> add_rest(Race& race, std::string name, Instant deadline);
  io::Loop& loop_;
  io::Network& network_;
  Resolver* resolver_;
};

}  // namespace porthole::upstream
