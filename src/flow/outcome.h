// Outcome: how an exchange or a tunnel ended, in one flat value. The access log, the metrics and the recorder read it.
// Views are valid only during the call that hands the outcome over.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/ip.h"
#include "base/units.h"
#include "http/head.h"

namespace porthole::flow {

// Unique per process run and worker; text is what error pages, logs and the inspector show.
struct FlowId {
  std::uint64_t value = 0;
  static constexpr std::size_t kTextBytes = 13;
  // Writes 13 characters of Crockford's base 32, fixed width, so that text order is number order. No NUL.
  void text(char (&out)[kTextBytes]) const;
  // What text() wrote; case does not count. Nothing for anything else.
  static std::optional<FlowId> parse(std::string_view text);
};

enum class End : std::uint8_t {
  complete,        // the response went out whole
  answered,        // by ourselves (error pages, own pages, TRACE)
  tunnelled,       // CONNECT or Upgrade ran and ended
  client_gone,     // the client broke off
  upstream_broke,  // after the response had begun: it was cut
  timed_out,       // after the response had begun
  shutdown,        // we were told to stop
};
std::string_view end_text(End end);

struct Outcome {
  FlowId flow;
  End end = End::complete;
  Token error = Token::none;
  std::uint16_t status = 0;  // as sent to the client; 0 when none was
  http::Version version = http::Version::http11;
  std::string_view method;
  std::string_view target;  // as received, but for user information (http::without_userinfo)
  std::string_view host;    // "host:port" of the target as asked, or empty
  Endpoint client;
  Endpoint upstream;         // port 0: none was reached
  bool reused = false;       // a pooled upstream connection served it
  std::uint16_t served = 0;  // how many it had served before, 65,535 at most
  ByteCount bytes_in = 0;    // content bytes from the client (tunnel: all bytes)
  ByteCount bytes_out = 0;   // content bytes to the client
  WallTime begun{};
  Duration took{};
  std::string_view content_type;  // of the response, or empty
  std::string_view referer;       // of the request, or empty
  std::string_view user_agent;    // of the request, or empty
};

}  // namespace porthole::flow
