// The spellings of RFC 9209 §2.3, in the order of the enum.
#include "base/error.h"

#include <array>
#include <cstddef>

namespace porthole {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Token::count_)> kText = {
    "-",
    "dns_timeout",
    "dns_error",
    "destination_not_found",
    "destination_unavailable",
    "destination_ip_prohibited",
    "destination_ip_unroutable",
    "connection_refused",
    "connection_terminated",
    "connection_timeout",
    "connection_read_timeout",
    "connection_write_timeout",
    "connection_limit_reached",
    "tls_protocol_error",
    "tls_certificate_error",
    "tls_alert_received",
    "http_request_error",
    "http_request_denied",
    "http_response_incomplete",
    "http_response_header_section_size",
    "http_response_timeout",
    "http_upgrade_failed",
    "http_protocol_error",
    "proxy_internal_response",
    "proxy_internal_error",
    "proxy_configuration_error",
    "proxy_loop_detected",
};
static_assert(!kText.back().empty(), "a token without a spelling");

}  // namespace

std::string_view token_text(Token token) { return kText[static_cast<std::size_t>(token)]; }

}  // namespace porthole
