// Which requests the proxy answers itself, because it is their final recipient or because nobody could: decided from the
// head alone. How the answer reads is reply.h's, sending it the exchange's.
#pragma once

#include "base/result.h"
#include "http/head.h"

namespace porthole::proxy {

enum class OwnAnswer : std::uint8_t {
  none,     // the request goes on
  trace,    // RFC 9110 §9.3.8
  options,  // RFC 9110 §9.3.7
  page,     // one of control::SelfPage, when it has it: the target is ours
};

// An error is the refusal: 400, 417 or 501.
Result<OwnAnswer> own_answer_to(const http::RequestHead& request);

}  // namespace porthole::proxy
