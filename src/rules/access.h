// Access: which clients may use the proxy at all. Pure; addresses are unmapped before they are compared.
#pragma once

#include <vector>

#include "base/ip.h"

namespace porthole::rules {

struct AccessOptions {
  std::vector<IpNetwork> clients;  // empty = loopback only
  bool operator==(const AccessOptions&) const = default;
};

class Access {
 public:
  explicit Access(AccessOptions options) : options_(std::move(options)) {}
  bool admits(const IpAddress& client) const;

 private:
  AccessOptions options_;
};

}  // namespace porthole::rules
