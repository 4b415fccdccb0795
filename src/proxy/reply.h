// Answers of our own: errors, the proxy's own pages, TRACE and OPTIONS at the last hop. HTML for browsers, problem+json
// (RFC 9457) for everybody else; each error names its RFC 9209 token in Proxy-Status, the flow, what happened and what to try.
// Nothing internal and no credential is in them; addresses and errnos are told to loopback clients only.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "control/self_page.h"
#include "flow/outcome.h"
#include "http/head.h"

namespace porthole::proxy {

struct ReplyFacts {
  std::string_view proxy_name;  // "porthole-k3v9xa"
  flow::FlowId flow;
  const http::RequestHead* request = nullptr;  // null when the head could not be read
  bool loopback_client = false;
  std::string_view date;
};

struct Reply {
  http::ResponseHead head;  // without Connection; Content-Length is set
  std::string body;
};

// `error.status` must be set.
void compose_error(const Error& error, const ReplyFacts& facts, Reply& reply);
// 200 with a page, or 304 when If-None-Match has its etag.
void compose_page(const control::Page& page, const ReplyFacts& facts, Reply& reply);
// 200 message/http: the request as received, without the fields that may carry secrets (RFC 9110 §9.3.8).
void compose_trace(const ReplyFacts& facts, Reply& reply);
// 200 with Allow: OPTIONS whose final recipient we are.
void compose_options(const ReplyFacts& facts, Reply& reply);

}  // namespace porthole::proxy
