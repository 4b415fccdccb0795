// Opening the proxy's listening sockets: for each address one per worker (SO_REUSEPORT), all or none. A port that is busy is
// an error that names its holder and what to do.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "io/tcp.h"

namespace porthole::app {

// One configured address and its sockets, one per worker until they are handed over.
struct ListenAddress {
  Endpoint asked;  // as configured; the port may be 0
  Endpoint bound;
  std::vector<io::ListenSocket> sockets;
};

struct ListenFailure {
  int os_errno = 0;
  std::string what;  // one sentence for a human
};

// `flag` is what the advice names: "--listen" or "--observe". `shared_with_us`: this process already listens where `at` overlaps,
// so the probe for strangers, which would find ourselves, is left out.
std::expected<ListenAddress, ListenFailure> open_listener(const Endpoint& at, std::size_t sockets,
                                                          std::string_view flag, bool shared_with_us = false);
// One of the two is every address of its family, and the port is the same: 0.0.0.0:8083 and 127.0.0.1:8083.
bool overlap(const Endpoint& a, const Endpoint& b);

// What a reload does to the addresses. An address asked for with port 0 is kept as long as it is still asked for.
struct ListenPlan {
  std::vector<Endpoint> add;     // asked addresses
  std::vector<Endpoint> remove;  // asked addresses
};
ListenPlan plan_listeners(const std::vector<Endpoint>& before, const std::vector<Endpoint>& after);

}  // namespace porthole::app
