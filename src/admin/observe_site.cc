// See observe_site.h.
#include "admin/observe_site.h"

#include "base/metrics_text.h"

namespace porthole::admin {

std::optional<Answer> ObserveSite::screen(const http::RequestHead& request) {
  // Somebody took this port for the proxy.
  if (request.target.form != http::TargetForm::origin)
    return Answer{.status = 400, .body = "this is not the proxy's port\n"};
  return answer(request, {});  // content would change nothing
}

Answer ObserveSite::answer(const http::RequestHead& request, std::string_view) {
  std::string_view path = request.target_text.substr(0, request.target_text.find('?'));
  bool known = path == "/metrics" || path == "/livez" || path == "/readyz";
  if (!known) return {.status = 404, .body = "here are /metrics, /livez and /readyz\n"};
  bool reads = request.method == http::Method::get || request.method == http::Method::head;
  if (!reads) return {.status = 405, .body = "GET and HEAD only\n", .fields = {{"Allow", "GET, HEAD"}}};
  if (path == "/metrics") return {.content_type = std::string(MetricsText::kContentType), .body = lifecycle_.metrics()};
  if (path == "/livez") return {.body = "alive\n"};
  if (lifecycle_.draining()) return {.status = 503, .body = "draining\n"};
  if (!lifecycle_.ready()) return {.status = 503, .body = "not ready\n"};
  return {.body = "ready\n"};
}

}  // namespace porthole::admin
