// See proxy_variables.h.
#include "app/proxy_variables.h"

#include <fmt/format.h>

namespace porthole::app {
namespace {

// What every tool reads alike: names without stars or leading dots, single addresses.
constexpr std::string_view kNoProxy = "localhost,127.0.0.1,::1";

bool in_cgi(const std::map<std::string, std::string>& environment) {
  return environment.contains("REQUEST_METHOD") || environment.contains("GATEWAY_INTERFACE");
}

bool is_no_proxy(std::string_view name) { return name == "no_proxy" || name == "NO_PROXY"; }

}  // namespace

std::vector<Variable> proxy_variables(const Endpoint& proxy, const std::map<std::string, std::string>& environment) {
  std::vector<Variable> variables;
  std::string url = fmt::format("http://{}", proxy.text());
  for (std::string_view name :
       {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
    if (name == "HTTP_PROXY" && in_cgi(environment)) continue;
    variables.push_back({name, is_no_proxy(name) ? std::string(kNoProxy) : url});
  }
  return variables;
}

std::map<std::string, std::string> proxied(std::map<std::string, std::string> environment, const Endpoint& proxy) {
  environment.erase("HTTP_PROXY");  // one that is inherited leads elsewhere, also where ours is left out
  for (Variable& variable : proxy_variables(proxy, environment)) {
    if (is_no_proxy(variable.name)) environment.erase(std::string(variable.name));
    else environment[std::string(variable.name)] = std::move(variable.value);
  }
  return environment;
}

}  // namespace porthole::app
