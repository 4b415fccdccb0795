// Error answers three questions: whose fault (side), may it be tried again (retry), what to show (status, token, detail).
// It is a small trivially copyable value: `detail` and `clause` are string literals, so errors cost no allocation.
// Peer input never asserts; it becomes an Error. PH_ASSERT is for our own bugs.
#pragma once

#include <cstdint>
#include <string_view>

namespace porthole {

// Whose fault it is.
enum class Side : std::uint8_t { client, upstream, us };

// `safe`: nothing of the request can have been acted upon, so the same request may be sent again on another connection.
enum class Retry : std::uint8_t { no, safe };

// RFC 9209 §2.3 proxy error types; `none` for errors that never become an answer. token_text() spells them.
enum class Token : std::uint8_t {
  none,
  dns_timeout,
  dns_error,
  destination_not_found,
  destination_unavailable,
  destination_ip_prohibited,
  destination_ip_unroutable,
  connection_refused,
  connection_terminated,
  connection_timeout,
  connection_read_timeout,
  connection_write_timeout,
  connection_limit_reached,
  tls_protocol_error,
  tls_certificate_error,
  tls_alert_received,
  http_request_error,
  http_request_denied,
  http_response_incomplete,
  http_response_header_section_size,
  http_response_timeout,
  http_upgrade_failed,
  http_protocol_error,
  proxy_internal_response,
  proxy_internal_error,
  proxy_configuration_error,
  proxy_loop_detected,
  count_
};

// The spelling in Proxy-Status, logs and metrics; "-" for none.
std::string_view token_text(Token token);

struct [[nodiscard]] Error {
  Token token = Token::proxy_internal_error;
  Side side = Side::us;
  Retry retry = Retry::no;
  std::uint16_t status = 0;      // suggested answer of ours, 0 = none fits (the peer is gone)
  int os_errno = 0;              // 0 when the kernel had no say
  const char* detail = "";       // one clause for a human, no final dot; a literal
  const char* clause = nullptr;  // "RFC 9112 §6.3" or null; a literal
};

// A request that does not match the grammar, or is ambiguous: answer and close.
constexpr Error client_error(std::uint16_t status, const char* detail, const char* clause = nullptr) {
  return {
      .token = Token::http_request_error, .side = Side::client, .status = status, .detail = detail, .clause = clause};
}

// A response that does not match the grammar: 502 and close the upstream connection.
constexpr Error upstream_error(Token token, const char* detail, const char* clause = nullptr) {
  return {.token = token, .side = Side::upstream, .status = 502, .detail = detail, .clause = clause};
}

}  // namespace porthole
