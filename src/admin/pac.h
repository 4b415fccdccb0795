// The proxy auto-configuration file: served at /proxy.pac and printed by `porthole pac`. ES5 and no helper functions of the
// browser, because each engine brings its own set. What pac_text() says in JavaScript, pac_answer() says here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace porthole::admin {

// `proxy_address` is host:port under which the client reaches us.
std::string pac_text(std::string_view proxy_address);

// What FindProxyForURL returns for an absolute URL; nothing when it is none.
std::optional<std::string> pac_answer(std::string_view url, std::string_view proxy_address);

}  // namespace porthole::admin
