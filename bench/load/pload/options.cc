// One table of flags gives the parser and --help. Every number has a bound here, so that no run is endless or takes
// more of the machine than a proxy on loopback can need.
#include "pload/options.h"

#include <array>
#include <charconv>
#include <concepts>
#include <utility>

#include "pload/loopback.h"

namespace porthole::pload {
namespace {

constexpr std::array<std::pair<std::string_view, Mode>, 8> kModes{{
    {"get", Mode::kGet},
    {"close", Mode::kClose},
    {"post", Mode::kPost},
    {"direct", Mode::kDirect},
    {"tunnel", Mode::kTunnel},
    {"connrate", Mode::kConnrate},
    {"idle-get", Mode::kIdleGet},
    {"idle-connect", Mode::kIdleConnect},
}};

// Parses a whole argument as a number in [least, most].
template <typename Number>
bool set_number(Number& out, std::string_view text, Number least, Number most) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= least && out <= most;
}

bool set_mode(Options& o, std::string_view text) {
  for (const auto& [name, mode] : kModes) {
    if (name != text) continue;
    o.mode = mode;
    o.mode_text = name;
    return true;
  }
  return false;
}

struct Flag {
  std::string_view name;
  std::string_view value;  // what follows it, for the help; empty: nothing
  std::string_view help;
  bool (*set)(Options&, std::string_view);
};

using Count = std::uint64_t;
constexpr Count kUploadMax = Count{16} << 20;

constexpr std::array kFlags{
    Flag{"--proxy", "ADDR:PORT", "the proxy, on loopback",
         [](Options& o, std::string_view v) { return o.proxy_text = v, true; }},
    Flag{"--origin", "ADDR:PORT", "the origin that requests name, on loopback",
         [](Options& o, std::string_view v) { return o.origin_text = v, true; }},
    Flag{"--mode", "MODE", "get close post direct tunnel connrate idle-get idle-connect", set_mode},
    Flag{"--path", "PATH", "what to ask for [/1k]",
         [](Options& o, std::string_view v) { return o.path = v, v.starts_with('/'); }},
    Flag{"--conns", "N", "connections at once [64]",
         [](Options& o, std::string_view v) { return set_number<Count>(o.connections, v, 1, 15000); }},
    Flag{"--sources", "N", "source addresses 127.0.0.1 upwards [1, or 64 where needed]",
         [](Options& o, std::string_view v) { return set_number<Count>(o.sources, v, 1, 200); }},
    Flag{"--rate", "N", "start N requests a second, evenly, while connections are free [as fast as answers come]",
         [](Options& o, std::string_view v) { return set_number(o.rate, v, 1.0, 1'000'000.0); }},
    Flag{"--secs", "S", "time limit; running requests are then finished [3]",
         [](Options& o, std::string_view v) { return set_number(o.seconds, v, 0.01, 3600.0); }},
    Flag{"--requests", "N", "stop after N requests [time alone]",
         [](Options& o, std::string_view v) { return set_number<Count>(o.requests_max, v, 1, 1'000'000'000); }},
    Flag{"--failures", "N", "give up after N failures [1000]",
         [](Options& o, std::string_view v) { return set_number<Count>(o.failures_max, v, 1, 1'000'000); }},
    Flag{"--timeout", "S", "longest time for one request [20]",
         [](Options& o, std::string_view v) { return set_number(o.timeout_seconds, v, 0.1, 600.0); }},
    Flag{"--body-bytes", "N", "size of an upload [1024]",
         [](Options& o, std::string_view v) { return set_number<Count>(o.body_bytes, v, 0, kUploadMax); }},
    Flag{"--chunked", "", "upload in chunks, without Content-Length",
         [](Options& o, std::string_view) { return o.chunked = true; }},
    Flag{"--verify", "", "compare every body byte; an upload must come back as it was sent",
         [](Options& o, std::string_view) { return o.verify = true; }},
    Flag{"--until-refused", "", "a refused connection ends its slot and is no failure",
         [](Options& o, std::string_view) { return o.until_refused = true; }},
    Flag{"--hold", "S", "idle modes: longest wait for the end of standard input [60]",
         [](Options& o, std::string_view v) { return set_number(o.hold_seconds, v, 0.0, 3600.0); }},
    Flag{"--probe", "", "idle modes: after the wait, one request on each connection",
         [](Options& o, std::string_view) { return o.probe = true; }},
};

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : kFlags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

// What the flags cannot check one by one.
std::expected<Options, std::string> complete(Options options) {
  auto origin = parse_loopback(options.origin_text);
  if (!origin) return std::unexpected("--origin: " + origin.error());
  options.origin = *origin;

  if (options.mode == Mode::kDirect) {
    options.proxy = *origin;
  } else {
    auto proxy = parse_loopback(options.proxy_text);
    if (!proxy) return std::unexpected("--proxy: " + proxy.error());
    options.proxy = *proxy;
  }
  if (options.sources == 0) options.sources = options.one_request_each() || options.connections > 1000 ? 64 : 1;
  return options;
}

}  // namespace

std::expected<Options, std::string> parse_options(std::span<const char* const> arguments) {
  Options options;
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    const std::string_view name = arguments[k];
    const Flag* flag = find_flag(name);
    if (flag == nullptr) return std::unexpected("unknown option " + std::string(name));
    std::string_view value;
    if (!flag->value.empty()) {
      if (++k == arguments.size()) return std::unexpected(std::string(name) + " needs a value");
      value = arguments[k];
    }
    if (!flag->set(options, value))
      return std::unexpected("bad value for " + std::string(name) + ": " + std::string(value));
  }
  return complete(std::move(options));
}

std::string options_help() {
  std::string text;
  for (const Flag& flag : kFlags) {
    std::string left = "  " + std::string(flag.name) + ' ' + std::string(flag.value);
    left.resize(std::max<std::size_t>(left.size() + 1, 24), ' ');
    text += left + std::string(flag.help) + '\n';
  }
  return text;
}

}  // namespace porthole::pload
