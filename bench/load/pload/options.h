// What a run of pload does: the command line, parsed. Every run is bounded in time, in connections and in failures.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include <netinet/in.h>

namespace porthole::pload {

enum class Mode : std::uint8_t {
  kGet,          // absolute-form GET through the proxy, connections kept
  kClose,        // the same, a new connection for each
  kPost,         // absolute-form POST, connections kept
  kDirect,       // origin-form GET straight to the origin: for a relay that looks at no HTTP, and as a ceiling
  kTunnel,       // CONNECT, then GETs inside the tunnel
  kConnrate,     // CONNECT, one GET inside, close
  kIdleGet,      // one GET each, then the connections stay open and silent
  kIdleConnect,  // one CONNECT each, then the tunnels stay open and silent
};

struct Options {
  sockaddr_in proxy{};
  sockaddr_in origin{};
  std::string proxy_text;
  std::string origin_text;  // the authority that requests name
  Mode mode = Mode::kGet;
  std::string mode_text = "get";
  std::string path = "/1k";
  std::uint64_t connections = 64;
  std::uint64_t sources = 0;       // source addresses; 0: one, or 64 where connections are many or short
  std::uint64_t requests_max = 0;  // 0: only time bounds the run
  std::uint64_t failures_max = 1000;
  std::uint64_t body_bytes = 1024;  // of an upload
  double rate = 0;                  // requests a second, started evenly; 0: as fast as answers come
  double seconds = 3;               // idle modes: the longest time to open all connections
  double timeout_seconds = 20;      // a request that takes longer has failed
  double hold_seconds = 60;         // idle modes: how long to wait for the end of standard input
  bool chunked = false;             // uploads without Content-Length
  bool verify = false;              // compare each body byte with the pattern
  bool until_refused = false;       // a refused connection ends its slot and is no failure: the proxy was told to stop
  bool probe = false;               // idle modes: after the wait, send one request on each connection

  bool idle() const { return mode == Mode::kIdleGet || mode == Mode::kIdleConnect; }
  bool tunnels() const { return mode == Mode::kTunnel || mode == Mode::kConnrate || mode == Mode::kIdleConnect; }
  bool one_request_each() const { return mode == Mode::kClose || mode == Mode::kConnrate; }
};

// Error: a sentence for the user.
std::expected<Options, std::string> parse_options(std::span<const char* const> arguments);

// The text of --help: one line per option, made from the table that parses them.
std::string options_help();

}  // namespace porthole::pload
