// How a kernel's errno reads as an Error (RFC 9209 tokens).
#include "io/stream.h"

#include <cerrno>

namespace porthole::io {

Error stream_error(Side side, int os_errno) {
  Error error{
      .token = Token::connection_terminated, .side = side, .os_errno = os_errno, .detail = "the connection broke"};
  switch (os_errno) {
    case ECONNREFUSED:
      error.token = Token::connection_refused;
      error.detail = "the connection was refused";
      break;
    case ETIMEDOUT:
      error.token = Token::connection_timeout;
      error.detail = "the connection timed out";
      break;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
    case EINVAL:
      error.token = Token::destination_ip_unroutable;
      error.detail = "there is no route to the address";
      break;
    case ECONNRESET: error.detail = "the connection was reset"; break;
    case EPIPE: error.detail = "the peer had closed the connection"; break;
    case EMFILE:
    case ENFILE:
      error.token = Token::connection_limit_reached;
      error.side = Side::us;
      error.detail = "no descriptor is free";
      break;
    default: break;
  }
  return error;
}

}  // namespace porthole::io
