// See inspector_site.h.
#include "admin/inspector_site.h"

#include <nlohmann/json.hpp>

#include "flow/bounded_json.h"

namespace porthole::admin {
namespace {

constexpr std::string_view kSession = "/api/session";
constexpr ByteCount kCodeContentMax = 1_KiB;

Answer sealed(Answer answer) {
  bool own_policy = false;
  for (const auto& [name, value] : answer.fields) own_policy |= name == "Content-Security-Policy";
  if (!own_policy)
    answer.fields.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
  answer.fields.emplace_back("Referrer-Policy", "no-referrer");
  answer.fields.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  answer.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  return answer;
}

Answer refused(const Refusal& refusal) { return problem(refusal.status, refusal.code, refusal.message); }

bool of_api(std::string_view path) { return path == "/api" || path.starts_with("/api/"); }

// {"code": "..."}, or nothing.
std::string code_in(std::string_view content) {
  auto json = flow::parse_bounded(content, 16);
  if (!json.is_object()) return {};
  auto code = json.find("code");
  return code != json.end() && code->is_string() ? code->get<std::string>() : std::string();
}

// What goes on while it is sent ends with the session that asked for it.
class WhileSignedIn final : public Feed {
 public:
  WhileSignedIn(std::unique_ptr<Feed> feed, std::string session, const Guard& guard, const Clock& clock)
      : feed_(std::move(feed)), session_(std::move(session)), guard_(guard), clock_(clock) {}
  State pull(std::string& piece, Instant now) override {
    return guard_.stands(session_, clock_.wall()) ? feed_->pull(piece, now) : State::broken;
  }
  Duration interval() const override { return feed_->interval(); }
  bool endless() const override { return feed_->endless(); }

 private:
  std::unique_ptr<Feed> feed_;
  std::string session_;
  const Guard& guard_;
  const Clock& clock_;
};

}  // namespace

std::optional<Answer> InspectorSite::screen(const http::RequestHead& request) {
  if (request.target.form != http::TargetForm::origin)
    return sealed(problem(400, "not_the_proxy", "this is not the proxy's port"));
  Query target(request.target_text);
  if (!of_api(target.path())) return page(request);
  bool swap = target.path() == kSession && request.method == http::Method::post;
  auto refusal = guard_.screen_api(request, clock_.wall(), swap);
  return refusal ? std::optional(sealed(refused(*refusal))) : std::nullopt;
}

std::optional<Answer> InspectorSite::page(const http::RequestHead& request) {
  if (auto refusal = guard_.screen_page(request)) return sealed(refused(*refusal));
  bool gzip = http::has_token(request.fields, http::FieldName::accept_encoding, "gzip");
  auto found = asset_answer(assets_, Query(request.target_text).path(), gzip, random_.letters(24));
  return sealed(found ? std::move(*found) : problem(404, "not_found", "there is no such file"));
}

ByteCount InspectorSite::content_max(const http::RequestHead& request) const {
  std::string_view path = Query(request.target_text).path();
  return path == kSession ? kCodeContentMax : Api::content_max(path);
}

Answer InspectorSite::answer(const http::RequestHead& request, std::string_view content) {
  Query target(request.target_text);
  if (target.path() == kSession) {
    if (auto said = session(request, content)) return sealed(std::move(*said));
  }
  Answer answer = api_.answer(request, target, content);
  if (answer.feed) {
    answer.feed = std::make_unique<WhileSignedIn>(std::move(answer.feed), guard_.session_of(request), guard_, clock_);
  }
  return sealed(std::move(answer));
}

std::optional<Answer> InspectorSite::session(const http::RequestHead& request, std::string_view content) {
  switch (request.method) {
    case http::Method::get:
    case http::Method::head: return api_.session();
    case http::Method::post: {
      auto cookie = guard_.redeem(code_in(content), clock_.wall());
      if (!cookie)
        return problem(403, "bad_code", "this link was used before, or is not right: each link signs in once");
      return Answer{.status = 204, .fields = {{"Set-Cookie", *cookie}}};
    }
    case http::Method::delete_: return Answer{.status = 204, .fields = {{"Set-Cookie", guard_.sign_out(request)}}};
    default: return std::nullopt;
  }
}

}  // namespace porthole::admin
