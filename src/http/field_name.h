// Field names that the proxy itself has duties about. All other names are `other` and are forwarded untouched
// (RFC 9110 §5.1). A name is looked up once, when its line is parsed; later code compares one byte.
#pragma once

#include <cstdint>
#include <string_view>

namespace porthole::http {

enum class FieldName : std::uint8_t {
  other,
  accept,
  accept_encoding,
  age,
  alt_svc,
  authorization,
  cache_control,
  connection,
  content_encoding,
  content_length,
  content_range,
  content_type,
  cookie,
  date,
  etag,
  expect,
  expires,
  forwarded,
  host,
  http2_settings,
  if_match,
  if_modified_since,
  if_none_match,
  if_range,
  if_unmodified_since,
  keep_alive,
  last_modified,
  location,
  max_forwards,
  origin,
  pragma,
  proxy_authenticate,
  proxy_authentication_info,
  proxy_authorization,
  proxy_connection,
  proxy_status,
  range,
  referer,
  retry_after,
  server,
  set_cookie,
  te,
  trailer,
  transfer_encoding,
  upgrade,
  user_agent,
  vary,
  via,
  www_authenticate,
  x_forwarded_for,
  count_
};

// Case-insensitive.
FieldName field_name_of(std::string_view name);
// The usual spelling ("Content-Length"); empty for `other`.
std::string_view field_name_text(FieldName name);

}  // namespace porthole::http
