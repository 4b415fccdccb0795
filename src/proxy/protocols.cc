// See protocols.h. HTTP/2 with prior knowledge, TLS, SOCKS and the PROXY header are recognised so that they are refused by name;
// the issues that bring them add their session here.
#include "proxy/protocols.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "wire/h1/session.h"

namespace porthole::proxy {
namespace {

struct Signature {
  Protocol protocol;
  std::string_view bytes;
};

constexpr std::array<Signature, 5> kSignatures = {{
    {Protocol::http2, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {Protocol::proxy_header, "PROXY "},
    {Protocol::proxy_header, std::string_view("\r\n\r\n\0\r\nQUIT\n", 12)},
    {Protocol::tls, "\x16\x03"},
    {Protocol::socks5, "\x05"},
}};

}  // namespace

std::string_view protocol_text(Protocol protocol) {
  static constexpr std::array<std::string_view, 8> kText = {"undecided", "http/1.1", "h2",           "tls",
                                                            "socks4",    "socks5",   "proxy header", "unknown"};
  return kText[static_cast<std::size_t>(protocol)];
}

Protocol tell_protocol(std::string_view first_bytes) {
  bool may_become = false;
  for (const Signature& signature : kSignatures) {
    std::size_t n = std::min(first_bytes.size(), signature.bytes.size());
    if (first_bytes.substr(0, n) != signature.bytes.substr(0, n)) continue;
    if (n == signature.bytes.size()) return signature.protocol;
    may_become = true;
  }
  if (may_become) return Protocol::undecided;
  if (first_bytes[0] == '\x04') return Protocol::socks4;
  // Printable, or an empty line before the request (RFC 9112 §2.2): the HTTP/1 parser answers everything else there is.
  bool text = (first_bytes[0] > ' ' && first_bytes[0] < '\x7f') || first_bytes[0] == '\r' || first_bytes[0] == '\n' ||
              first_bytes[0] == ' ' || first_bytes[0] == '\t';
  return text ? Protocol::http1 : Protocol::unknown;
}

std::unique_ptr<wire::ServerSession> make_session(Protocol protocol, wire::HeadPools& heads, BlockPool& blocks,
                                                  const wire::Limits& limits) {
  switch (protocol) {
    case Protocol::http1:
    // The HTTP/1 parser answers these with 505 and 400, in words a client can show.
    case Protocol::http2:
    case Protocol::proxy_header:
    case Protocol::unknown: return wire::h1::make_server_session(heads, blocks, limits);
    case Protocol::undecided:
    case Protocol::tls:
    case Protocol::socks4:
    case Protocol::socks5: break;
  }
  return nullptr;
}

}  // namespace porthole::proxy
