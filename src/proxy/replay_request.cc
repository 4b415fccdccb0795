// See replay_request.h. HTTP/1.1 on the stream whatever the flow came in: the stream is ours at both ends.
#include "proxy/replay_request.h"

#include "http/characters.h"
#include "http/field_name.h"
#include "http/target.h"

namespace porthole::proxy {
namespace {

// Of one message or one connection: those of the flow it comes from mean nothing here.
bool is_ours(std::string_view name) {
  using enum http::FieldName;
  switch (http::field_name_of(name)) {
    case host:
    case content_length:
    case transfer_encoding:
    case trailer:
    case connection:
    case proxy_connection:
    case keep_alive:
    case te:
    case upgrade:
    case http2_settings:
    case expect: return true;
    default: return false;
  }
}

// RFC 9110 §8.6: a method that expects content says also that there is none.
bool expects_content(http::Method method) {
  return method == http::Method::post || method == http::Method::put || method == http::Method::patch;
}

}  // namespace

Result<std::string> compose_replay(const control::ReplayRequest& request) {
  if (!http::is_token(request.method)) return fail(client_error(400, "the method is no token", "RFC 9110 §9.1"));
  http::Method method = http::method_of(request.method);
  if (method == http::Method::connect)
    return fail(client_error(400, "CONNECT opens a tunnel: nothing is sent by itself"));
  PH_TRY(http::Target target, http::parse_target(request.url, method));
  if (target.form != http::TargetForm::absolute || target.scheme != http::Scheme::http)
    return fail(client_error(400, "the URL must begin with http:// and a host"));
  if (request.content.size() > control::ReplayRequest::kContentMax)
    return fail(client_error(400, "the content is longer than 8 MiB"));

  std::string_view host = std::string_view(request.url).substr(target.scheme_text.size() + 3);
  host = host.substr(0, host.find_first_of("/?"));
  std::string text;
  text.append(request.method).append(" ").append(request.url).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
  for (const auto& [name, value] : request.fields) {
    if (!http::is_token(name)) return fail(client_error(400, "a field's name is no token", "RFC 9110 §5.1"));
    if (http::span_of(http::kValueOctet, value) != value.size())
      return fail(client_error(400, "a field's value holds CR, LF or another control character", "RFC 9110 §5.5"));
    if (!is_ours(name)) text.append(name).append(": ").append(value).append("\r\n");
  }
  if (!request.content.empty() || expects_content(method))
    text.append("Content-Length: ").append(std::to_string(request.content.size())).append("\r\n");
  text.append("\r\n").append(request.content);
  return text;
}

}  // namespace porthole::proxy
