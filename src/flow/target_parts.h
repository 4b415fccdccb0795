// A recorded request's target taken apart for lists and searches. Forgiving, unlike http::parse_target: what was refused has a
// row, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace porthole::flow {

struct TargetParts {
  std::string scheme;      // lower case; empty for CONNECT and origin-form
  std::string host;        // lower case, without brackets and port
  std::uint16_t port = 0;  // as written, or that of the scheme; 0 when neither says
  std::string_view path;   // without the query; "/" when an absolute target has none
  std::string_view query;  // without "?"; null data() when there is none
};

// `host` as Outcome has it. Views are into `target` or literals.
TargetParts target_parts(std::string_view target, std::string_view host);

// The URL as people write it: scheme and host in lower case, no default port. Empty for CONNECT and origin-form.
std::string url_of(const TargetParts& parts);

}  // namespace porthole::flow
