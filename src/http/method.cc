// See method.h. Length first, so that most tokens are decided by one comparison.
#include "http/method.h"

namespace porthole::http {

Method method_of(std::string_view token) {
  switch (token.size()) {
    case 3:
      if (token == "GET") return Method::get;
      if (token == "PUT") return Method::put;
      break;
    case 4:
      if (token == "POST") return Method::post;
      if (token == "HEAD") return Method::head;
      break;
    case 5:
      if (token == "PATCH") return Method::patch;
      if (token == "TRACE") return Method::trace;
      break;
    case 6:
      if (token == "DELETE") return Method::delete_;
      break;
    case 7:
      if (token == "CONNECT") return Method::connect;
      if (token == "OPTIONS") return Method::options;
      break;
    default: break;
  }
  return Method::other;
}

}  // namespace porthole::http
