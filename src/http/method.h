// Request methods (RFC 9110 §9). Any token is a legal method; the ones with rules of their own have an enumerator.
#pragma once

#include <cstdint>
#include <string_view>

namespace porthole::http {

enum class Method : std::uint8_t { get, head, post, put, delete_, connect, options, trace, patch, other };

// Case-sensitive, as RFC 9110 §9.1 says: "get" is `other`.
Method method_of(std::string_view token);

// RFC 9110 §9.2.1.
constexpr bool is_safe(Method m) {
  return m == Method::get || m == Method::head || m == Method::options || m == Method::trace;
}
// RFC 9110 §9.2.2: only these may be sent again by ourselves.
constexpr bool is_idempotent(Method m) { return is_safe(m) || m == Method::put || m == Method::delete_; }

}  // namespace porthole::http
