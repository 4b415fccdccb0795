// The environment variables by which programs find a proxy, as `porthole env` prints them and `porthole exec` sets them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"

namespace porthole::app {

struct Variable {
  std::string_view name;
  std::string value;
};

// Both spellings of each, with no_proxy. HTTP_PROXY is left out in a CGI program: there it may come from a request's `Proxy` field
// (httpoxy), so it is not to be relied on.
std::vector<Variable> proxy_variables(const Endpoint& proxy, const std::map<std::string, std::string>& environment);

// `environment` for a program all of whose requests shall come to `proxy`: no exception is left.
std::map<std::string, std::string> proxied(std::map<std::string, std::string> environment, const Endpoint& proxy);

}  // namespace porthole::app
