// RuleSet: facts in, Verdict out. Rules come with their own issue; what stands here is the seam the exchange already walks
// through, at each phase, so that a rule never needs an edit in proxy.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/ip.h"
#include "http/head.h"

namespace porthole::rules {

enum class Phase : std::uint8_t { connect, request, response };

// What is known when a phase begins. Views are valid during the call. In the connect phase only `client` is known.
struct Facts {
  Endpoint client;
  const http::RequestHead* request = nullptr;
  const http::ResponseHead* response = nullptr;
  std::string_view host;
  std::uint16_t port = 0;
};

struct Verdict {
  enum class Kind : std::uint8_t { pass, deny };
  Kind kind = Kind::pass;
  Error error;            // deny: what is answered
  std::string_view rule;  // the name of the rule that decided; empty: none did. Lives as long as the rule set
};

class RuleSet {
 public:
  virtual ~RuleSet() = default;
  virtual Verdict decide(Phase phase, const Facts& facts) const = 0;
};

// No rule: everything passes.
class EmptyRuleSet final : public RuleSet {
 public:
  Verdict decide(Phase, const Facts&) const override { return {}; }
};

}  // namespace porthole::rules
