// HostList: hosts that somebody named, "shop.test", "*.shop.test", "192.0.2.1" or "[::1]", and the rule set that lets nothing
// else pass. Names match without case and without the dot that may end them; a star stands for any run of octets, so
// "*.shop.test" is what lies below shop.test and not itself. Addresses match however they are spelt.
#pragma once

#include <string_view>
#include <vector>

#include "base/ip.h"
#include "match/glob.h"
#include "rules/rule_set.h"

namespace porthole::rules {

class HostList {
 public:
  // False when `text` cannot be a host: empty, a URL, or with a port.
  [[nodiscard]] bool add(std::string_view text);
  bool contains(std::string_view host) const;

 private:
  std::vector<match::Glob> names_;
  std::vector<IpAddress> addresses_;
};

// 403 for every request to a host that is not on the list; requests to the proxy itself pass.
class OnlyHosts final : public RuleSet {
 public:
  explicit OnlyHosts(HostList hosts) : hosts_(std::move(hosts)) {}
  Verdict decide(Phase phase, const Facts& facts) const override;

 private:
  HostList hosts_;
};

}  // namespace porthole::rules
