// See control_site.h.
#include "admin/control_site.h"

namespace porthole::admin {
namespace {

constexpr std::string_view kReload = "/api/reload", kStop = "/api/stop";

}  // namespace

std::optional<Answer> ControlSite::screen(const http::RequestHead& request) {
  if (request.target.form == http::TargetForm::origin) return std::nullopt;
  return problem(400, "not_the_proxy", "this is not the proxy's port");
}

ByteCount ControlSite::content_max(const http::RequestHead& request) const {
  return Api::content_max(Query(request.target_text).path());
}

Answer ControlSite::answer(const http::RequestHead& request, std::string_view content) {
  Query target(request.target_text);
  bool ours = target.path() == kReload || target.path() == kStop;
  if (!ours) return target.path() == "/api/session" ? api_.session() : api_.answer(request, target, content);
  if (request.method != http::Method::post) {
    Answer answer = problem(405, "method", "this call takes another method");
    answer.fields.emplace_back("Allow", "POST");
    return answer;
  }
  if (target.path() == kReload) return reload();
  operations_.stop();
  return {.status = 204};
}

Answer ControlSite::reload() {
  using End = control::Reloaded::End;
  control::Reloaded reloaded = operations_.reload();
  if (reloaded.end == End::done) return {.status = 204};
  bool bad = reloaded.end == End::bad_config;
  return problem(bad ? 422 : 503, bad ? "bad_config" : "not_reloaded", reloaded.why);
}

}  // namespace porthole::admin
