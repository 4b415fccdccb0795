// What the observe listener answers, without a connection in sight: a request in, a status and a body out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "control/lifecycle.h"
#include "http/head.h"

namespace porthole::admin {

struct ObserveAnswer {
  std::uint16_t status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";  // a literal
  std::string body;
  bool allow = false;  // send Allow: GET, HEAD
};

// /metrics, /livez, /readyz by GET and HEAD. Host is not looked at: scrapers name us as they like, and nothing here changes state.
ObserveAnswer observe_answer(const http::RequestHead& request, const control::Lifecycle& lifecycle);

}  // namespace porthole::admin
