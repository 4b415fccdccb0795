// See answers.h.
#include "admin/answers.h"

#include "base/metrics_text.h"

namespace porthole::admin {

ObserveAnswer observe_answer(const http::RequestHead& request, const control::Lifecycle& lifecycle) {
  // Somebody took this port for the proxy.
  if (request.target.form != http::TargetForm::origin) return {.status = 400, .body = "this is not the proxy's port\n"};
  std::string_view path = request.target_text.substr(0, request.target_text.find('?'));
  bool known = path == "/metrics" || path == "/livez" || path == "/readyz";
  if (!known) return {.status = 404, .body = "here are /metrics, /livez and /readyz\n"};
  bool reads = request.method == http::Method::get || request.method == http::Method::head;
  if (!reads) return {.status = 405, .body = "GET and HEAD only\n", .allow = true};
  if (path == "/metrics") return {.content_type = MetricsText::kContentType, .body = lifecycle.metrics()};
  if (path == "/livez") return {.body = "alive\n"};
  if (lifecycle.draining()) return {.status = 503, .body = "draining\n"};
  if (!lifecycle.ready()) return {.status = 503, .body = "not ready\n"};
  return {.body = "ready\n"};
}

}  // namespace porthole::admin
