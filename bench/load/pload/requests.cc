// The forms of RFC 9112 §3.2: absolute-form through a proxy, origin-form inside a tunnel or straight to the origin,
// authority-form for CONNECT.
#include "pload/requests.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "pload/pattern.h"

namespace porthole::pload {
namespace {

constexpr std::size_t kChunkBytes = 16 * 1024;

std::string in_chunks(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, kChunkBytes);
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
    out += size.data();
    out += chunk;
    out += "\r\n";
    body.remove_prefix(chunk.size());
  }
  return out + "0\r\n\r\n";
}

}  // namespace

Requests make_requests(const Options& options) {
  const bool origin_form = options.mode == Mode::kDirect || options.tunnels();
  const std::string target = (origin_form ? "" : "http://" + options.origin_text) + options.path;
  const std::string host = "Host: " + options.origin_text + "\r\n";
  const std::string common = " HTTP/1.1\r\n" + host + "User-Agent: pload/1\r\nAccept: */*\r\n";

  Requests requests;
  if (options.tunnels()) requests.connect = "CONNECT " + options.origin_text + " HTTP/1.1\r\n" + host + "\r\n";

  if (options.mode == Mode::kPost) {
    const std::string body = pattern(options.body_bytes);
    const std::string framing = options.chunked ? "Transfer-Encoding: chunked\r\n\r\n"
                                                : "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    requests.exchange = "POST " + target + common + framing + (options.chunked ? in_chunks(body) : body);
  } else {
    const char* last = options.mode == Mode::kClose ? "Connection: close\r\n\r\n" : "\r\n";
    requests.exchange = "GET " + target + common + last;
  }
  return requests;
}

}  // namespace porthole::pload
