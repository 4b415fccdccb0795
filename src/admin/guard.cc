// See guard.h.
#include "admin/guard.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/digest.h"

namespace porthole::admin {
namespace {

constexpr Refusal kHost{421, "wrong_host", "this listener is not known by that name; ui.hosts can add it"};
constexpr Refusal kSecret{401, "signed_out", "sign in with the link that porthole prints, or send the token"};
constexpr Refusal kOrigin{403, "foreign_origin", "this comes from another page"};
constexpr Refusal kJson{415, "not_json", "send Content-Type: application/json"};

bool changes(http::Method method) { return method != http::Method::get && method != http::Method::head; }

std::string_view value_of(const http::RequestHead& request, std::string_view name) {
  const http::Field* field = request.fields.find(name);
  return field ? field->value : std::string_view();
}

bool is_json(std::string_view type) {
  return ascii::equal_nocase(ascii::trim(type.substr(0, type.find(';'))), "application/json");
}

std::int64_t seconds_of(WallTime at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

Guard::Guard(GuardOptions options, Random& random) : options_(std::move(options)), random_(random) {}

std::string Guard::make_secret(Random& random) {
  std::string secret;
  for (int i = 0; i < 4; ++i) secret += fmt::format("{:016x}", random.next());
  return secret;
}

std::string Guard::new_code() { return code_ = make_secret(random_).substr(0, kCodeBytes); }

std::string Guard::cookie_name() const { return fmt::format("porthole_{}", options_.port); }

bool Guard::host_is_ours(const http::RequestHead& request) const {
  if (request.fields.count(http::FieldName::host) != 1) return false;
  std::string_view host = request.fields.find(http::FieldName::host)->value;
  // Browsers leave port 80 out.
  std::string port = fmt::format(":{}", options_.port);
  if (host.ends_with(port)) host.remove_suffix(port.size());
  else if (options_.port != 80) return false;
  for (std::string_view own : {"127.0.0.1", "localhost", "[::1]"}) {
    if (ascii::equal_nocase(host, own)) return true;
  }
  return std::any_of(options_.hosts.begin(), options_.hosts.end(),
                     [&](const std::string& name) { return ascii::equal_nocase(host, name); });
}

std::optional<Refusal> Guard::screen_page(const http::RequestHead& request) const {
  if (!options_.trusted && !host_is_ours(request)) return kHost;
  if (changes(request.method)) return Refusal{405, "method", "GET and HEAD only"};
  return std::nullopt;
}

std::optional<Refusal> Guard::screen_api(const http::RequestHead& request, WallTime now, bool open) const {
  if (options_.trusted) return std::nullopt;
  if (!host_is_ours(request)) return kHost;
  std::string_view site = value_of(request, "Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return kOrigin;
  std::string_view host = request.fields.find(http::FieldName::host)->value;
  const http::Field* origin = request.fields.find(http::FieldName::origin);
  if (origin && !ascii::equal_nocase(origin->value, fmt::format("http://{}", host))) return kOrigin;
  bool by_cookie = false;
  if (!open && !has_secret(request, now, by_cookie)) return kSecret;
  if (!changes(request.method)) return std::nullopt;
  if (by_cookie && !origin) return kOrigin;
  if (!is_json(value_of(request, "Content-Type"))) return kJson;
  return std::nullopt;
}

bool Guard::has_secret(const http::RequestHead& request, WallTime now, bool& by_cookie) const {
  constexpr std::string_view kBearer = "Bearer ";
  std::string_view authorization = value_of(request, "Authorization");
  if (authorization.size() > kBearer.size() && ascii::equal_nocase(authorization.substr(0, kBearer.size()), kBearer))
    return options_.token.size() == kTokenBytes &&
           equal_in_constant_time(ascii::trim(authorization.substr(kBearer.size())), options_.token);
  by_cookie = true;
  auto cookie = cookie_of(request);
  return cookie && good_cookie(*cookie, now);
}

std::optional<std::string_view> Guard::cookie_of(const http::RequestHead& request) const {
  std::string name = cookie_name();
  for (const http::Field& field : request.fields) {
    if (field.id != http::FieldName::cookie) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      std::size_t end = std::min(rest.find(';'), rest.size());
      std::string_view pair = ascii::trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
    }
  }
  return std::nullopt;
}

std::string Guard::session_of(const http::RequestHead& request) const {
  if (options_.trusted || request.fields.find("Authorization")) return {};
  return std::string(cookie_of(request).value_or(std::string_view()));
}

// "SECONDS-NUMBER.SIGNATURE"
bool Guard::good_cookie(std::string_view value, WallTime now) const {
  std::size_t dot = value.find('.');
  if (dot == std::string_view::npos || options_.token.size() != kTokenBytes) return false;
  std::string_view number = value.substr(0, dot);
  if (!equal_in_constant_time(value.substr(dot + 1), hmac_sha256_hex(options_.token, number))) return false;
  auto made = ascii::parse_decimal(number.substr(0, number.find('-')));
  auto life = std::chrono::duration_cast<std::chrono::seconds>(kCookieLife).count();
  if (!made || seconds_of(now) - static_cast<std::int64_t>(*made) > life) return false;
  return std::find(ended_.begin(), ended_.end(), value) == ended_.end();
}

std::optional<std::string> Guard::redeem(std::string_view code, WallTime now) {
  if (code_.empty() || !equal_in_constant_time(code, code_)) return std::nullopt;
  code_.clear();
  std::string number = fmt::format("{}-{}", seconds_of(now), random_.letters(16));
  return fmt::format("{}={}.{}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}", cookie_name(), number,
                     hmac_sha256_hex(options_.token, number),
                     std::chrono::duration_cast<std::chrono::seconds>(kCookieLife).count());
}

std::string Guard::sign_out(const http::RequestHead& request) {
  if (auto cookie = cookie_of(request)) {
    ended_.emplace_back(*cookie);
    if (ended_.size() > kEndedMax) ended_.pop_front();
  }
  return fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", cookie_name());
}

}  // namespace porthole::admin
