// See host_list.h.
#include "rules/host_list.h"

#include <algorithm>
#include <optional>

namespace porthole::rules {
namespace {

std::string_view without_brackets(std::string_view host) {
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

std::string_view without_last_dot(std::string_view host) {
  return host.size() > 1 && host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

match::Glob glob_of(std::string_view text) {
  match::Glob glob;
  while (true) {
    std::size_t star = text.find('*');
    glob.add_text(text.substr(0, star));
    if (star == std::string_view::npos) return glob;
    glob.add_star();
    text.remove_prefix(star + 1);
  }
}

}  // namespace

bool HostList::add(std::string_view text) {
  if (auto address = IpAddress::parse(without_brackets(text))) {
    addresses_.push_back(address->unmapped());
    return true;
  }
  std::string_view name = without_last_dot(text);
  if (name.empty() || name.find_first_of(":/[]@ \t") != std::string_view::npos) return false;
  names_.push_back(glob_of(name));
  return true;
}

bool HostList::contains(std::string_view host) const {
  host = without_last_dot(without_brackets(host));
  if (auto address = IpAddress::parse(host)) {
    if (std::find(addresses_.begin(), addresses_.end(), address->unmapped()) != addresses_.end()) return true;
  }
  return std::any_of(names_.begin(), names_.end(), [&](const match::Glob& name) { return name.matches(host, true); });
}

Verdict OnlyHosts::decide(Phase phase, const Facts& facts) const {
  if (phase != Phase::request) return {};
  http::TargetForm form = facts.request->target.form;
  bool ours = form == http::TargetForm::origin || form == http::TargetForm::asterisk;
  if (ours || hosts_.contains(facts.host)) return {};
  return {.kind = Verdict::Kind::deny,
          .error = {.token = Token::http_request_denied,
                    .side = Side::client,
                    .status = 403,
                    .detail = "this host is not one of those that may be called",
                    .clause = "RFC 9110 §15.5.4"}};
}

}  // namespace porthole::rules
