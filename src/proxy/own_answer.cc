// See own_answer.h.
#include "proxy/own_answer.h"

#include "base/ascii.h"

namespace porthole::proxy {
namespace {

constexpr std::string_view kOwnName = "porthole.internal";

}  // namespace

Result<OwnAnswer> own_answer_to(const http::RequestHead& request) {
  const http::Target& target = request.target;
  using http::Method;
  if (const http::Field* expect = request.fields.find(http::FieldName::expect);
      expect && request.version != http::Version::http10 && !ascii::equal_nocase(expect->value, "100-continue")) {
    return fail(client_error(417, "the expectation is not 100-continue", "RFC 9110 §10.1.1"));
  }
  if (request.method == Method::connect) return OwnAnswer::none;
  if (target.form == http::TargetForm::absolute && target.scheme != http::Scheme::http) {
    bool https = target.scheme == http::Scheme::https;
    const char* detail = https ? "https is not fetched on a client's behalf: use CONNECT" : "only http is forwarded";
    return fail(client_error(501, detail, "RFC 9110 §4.2"));
  }
  bool last_hop = target.form == http::TargetForm::asterisk || target.form == http::TargetForm::origin;
  if (request.method == Method::trace || request.method == Method::options) {
    const http::Field* hops = request.fields.find(http::FieldName::max_forwards);
    auto left = hops ? ascii::parse_decimal(hops->value) : std::nullopt;
    if (hops && !left) return fail(client_error(400, "Max-Forwards is not a number", "RFC 9110 §7.6.2"));
    if (last_hop || (left && *left == 0)) {
      return request.method == Method::trace ? OwnAnswer::trace : OwnAnswer::options;
    }
  }
  return last_hop || ascii::equal_nocase(target.authority.host, kOwnName) ? OwnAnswer::page : OwnAnswer::none;
}

}  // namespace porthole::proxy
