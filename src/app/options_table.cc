// See options_table.h. tidy: table
#include "app/options_table.h"

#include <algorithm>
#include <array>

namespace porthole::app {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kYear = 365 * 86'400'000ULL * kMillisecond;  // the timer wheel's range is 18 years

// One option's member. The lambda's result type says how the text is read.
#define PH_AT(expression) [](Settings& s) -> auto& { return s.expression; }
template <class T, class F>
constexpr Member at(F f) {
  return static_cast<T& (*)(Settings&)>(f);
}
constexpr Member duration(Duration& (*f)(Settings&)) { return f; }
constexpr Member count(std::uint32_t& (*f)(Settings&)) { return f; }
constexpr Member networks(std::vector<IpNetwork>& (*f)(Settings&)) { return f; }

const std::array kOptions = {
    Option{"proxy.listen", at<std::vector<Endpoint>>(PH_AT(listen)),
           "addresses the proxy listens on; port 0 takes a free one", "--listen"},
    Option{"proxy.name", NameMember{PH_AT(proxy.name)}, "name in Via and Proxy-Status; six random letters are added"},
    Option{"proxy.workers", count(PH_AT(workers)), "threads that serve; 0 is one per core", "--workers", Takes::restart,
           0, 256},
    Option{"proxy.clients", networks(PH_AT(access.clients)),
           "networks that may use the proxy; [] is this machine only"},
    Option{"proxy.via", at<bool>(PH_AT(proxy.via)), "add Via to messages; without it loops are not found"},
    Option{"proxy.connect_ports", at<proxy::ConnectPorts>(PH_AT(proxy.connect_ports)),
           "ports CONNECT may reach, or \"any\"; [] is any but 25 on loopback listeners, 443 beyond"},

    Option{"observe.listen", at<std::optional<Endpoint>>(PH_AT(observe)),
           "address of /metrics, /livez and /readyz, or \"off\"", "--observe", Takes::restart},
    Option{"observe.access_log", at<flow::AccessLogOptions>(PH_AT(access_log)),
           "one line per request: { format = \"json|combined|squid\", to = \"stdout|stderr|PATH\" }, or \"off\"",
           "--access-log"},

    Option{"log.level", at<LogLevel>(PH_AT(log_level)),
           "least level of the diagnostics log: debug, info, warn, error, off", "--log-level"},
    Option{"log.to",
           LogTargetMember{PH_AT(log_to)},
           "where the diagnostics log goes: \"stderr\" or a path",
           {},
           Takes::restart},

    Option{"resolve.nameservers", ServersMember{PH_AT(resolve.nameservers)},
           "name servers, \"192.0.2.53\" or \"127.0.0.1:5353\"; [] is those of /etc/resolv.conf"},
    Option{"resolve.hosts_file", PathMember{PH_AT(resolve.hosts_file)},
           "file of fixed names, read before DNS is asked"},
    Option{"resolve.timeout",
           duration(PH_AT(resolve.timeout)),
           "one whole look-up, both address families; then 504",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"resolve.ttl_max",
           duration(PH_AT(resolve.ttl_max)),
           "longest time an answer is kept, whatever its TTL",
           {},
           Takes::reload,
           0,
           kYear},
    Option{"resolve.negative_ttl",
           duration(PH_AT(resolve.negative_ttl)),
           "how long a failed look-up is remembered",
           {},
           Takes::reload,
           0,
           kYear},
    Option{"resolve.ipv6", at<bool>(PH_AT(resolve.ipv6)), "look for IPv6 addresses too"},

    Option{"upstream.allow", networks(PH_AT(addresses.allow)),
           "networks that are dialled although private, for clients from beyond this machine"},
    Option{"upstream.deny", networks(PH_AT(addresses.deny)), "networks that are never dialled; wins over allow"},
    Option{"upstream.per_origin",
           count(PH_AT(pool.per_origin)),
           "connections to one server, per worker; further requests queue",
           {},
           Takes::reload,
           1,
           1'000'000},
    Option{"upstream.queue",
           count(PH_AT(pool.queue)),
           "requests that may wait for one server, per worker; then 503",
           {},
           Takes::reload,
           0,
           1'000'000},
    Option{"upstream.idle_max",
           count(PH_AT(pool.idle_max)),
           "idle connections kept for reuse, per worker",
           {},
           Takes::reload,
           0,
           1'000'000},
    Option{"upstream.idle_timeout",
           duration(PH_AT(pool.idle_timeout)),
           "how long an idle connection is kept for reuse",
           {},
           Takes::reload,
           0,
           kYear},

    Option{"timeouts.head",
           duration(PH_AT(proxy.timeouts.head)),
           "first byte of a request to its complete head; then 408",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.idle_client",
           duration(PH_AT(proxy.timeouts.idle_client)),
           "a client's silence between requests; then it is closed",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.connect",
           duration(PH_AT(dial.connect_timeout)),
           "reaching a server, all its addresses together; then 504",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.response_head",
           duration(PH_AT(proxy.timeouts.response_head)),
           "request sent to the head of the response; then 504",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.body",
           duration(PH_AT(proxy.timeouts.body)),
           "request content stopped, or the client stopped reading the response",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.response_body",
           duration(PH_AT(proxy.timeouts.response_body)),
           "response content stopped; long, for quiet event streams",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.idle_tunnel",
           duration(PH_AT(proxy.timeouts.idle_tunnel)),
           "no byte moved in a tunnel",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.half_closed",
           duration(PH_AT(proxy.timeouts.half_closed)),
           "one side has ended (tunnel, or client in a response) and nothing moves",
           {},
           Takes::reload,
           kMillisecond,
           kYear},
    Option{"timeouts.drain",
           duration(PH_AT(proxy.timeouts.drain)),
           "what still runs may run on after TERM",
           {},
           Takes::reload,
           0,
           kYear},

    Option{"limits.head_bytes",
           SizeMember{PH_AT(proxy.limits.head_bytes)},
           "request line and fields; then 431",
           {},
           Takes::reload,
           1024,
           1 << 20},
    Option{"limits.fields",
           count(PH_AT(proxy.limits.fields)),
           "field lines of one head; then 431",
           {},
           Takes::reload,
           1,
           10'000},
    Option{"limits.target_bytes",
           SizeMember{PH_AT(proxy.limits.target_bytes)},
           "the request's target; then 414",
           {},
           Takes::reload,
           256,
           1 << 20},
    Option{"limits.body_buffer",
           at<ByteCount>(PH_AT(proxy.body_buffer)),
           "bytes held for a peer that does not read, per request and direction",
           {},
           Takes::reload,
           16 << 10,
           64 << 20},
    Option{"limits.buffers",
           at<ByteCount>(PH_AT(buffers)),
           "bytes held so by all requests together; beyond it each holds 16 KiB at most",
           {},
           Takes::reload,
           1 << 20,
           1ULL << 40},
    Option{"limits.rate",
           at<ByteCount>(PH_AT(proxy.rate_min)),
           "a second: content that moves slower on average is cut once its timeout has passed; 0 is no limit",
           {},
           Takes::reload,
           0,
           1 << 30},
    Option{"limits.connections",
           count(PH_AT(connections)),
           "client connections at once, tunnels included; further ones wait. At most, and with 0, what the descriptors "
           "allow",
           {},
           Takes::reload,
           0,
           10'000'000},
    Option{"limits.per_client",
           count(PH_AT(proxy.per_client_max)),
           "connections of one client address, tunnels included; then 429. 0 is no limit",
           {},
           Takes::reload,
           0,
           10'000'000},
};
#undef PH_AT

}  // namespace

std::string Option::variable() const {
  std::string name = "PORTHOLE_";
  for (char c : key) name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

std::span<const Option> options() { return kOptions; }

const Option* find_option(std::string_view key) {
  auto found = std::find_if(kOptions.begin(), kOptions.end(), [&](const Option& option) { return option.key == key; });
  return found == kOptions.end() ? nullptr : &*found;
}

}  // namespace porthole::app
