// Guard: who may ask the inspector's listener for what. Pure decisions over a request's head; secrets come from outside.
//
//  - Host first: only our own address or a configured name, else 421. A page that rebinds its name to 127.0.0.1 ends here.
//  - A secret: `Authorization: Bearer TOKEN` (scripts), or the cookie that a one-use code was swapped for (browsers). Else 401.
//  - Same origin: a foreign Origin, or a Sec-Fetch-Site other than same-origin and none, is 403, whatever else is right.
//    `same-site` is not enough: every port of localhost is the same site.
//  - What changes something is POST, PUT or DELETE, says that its content is JSON (415), and comes from our own Origin when it
//    comes with a cookie. Then a foreign page cannot send it without being asked for leave first, which nobody gives.
//
// A cookie proves that its number was signed with the token, and ends with the token: it survives our restarts.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "http/head.h"

namespace porthole::admin {

struct GuardOptions {
  std::uint16_t port = 0;          // of the listener
  std::vector<std::string> hosts;  // further names it may be called by, lower case, without port
  std::string token;               // 64 hexadecimal digits; who has it may do everything
  bool trusted = false;            // the control socket: the file system says who may open it
};

struct Refusal {
  std::uint16_t status = 0;
  std::string_view code;  // literals
  std::string_view message;
};

class Guard {
 public:
  static constexpr std::size_t kTokenBytes = 64;
  static constexpr std::size_t kCodeBytes = 32;  // hexadecimal digits: 128 bits, for one try each
  static constexpr Duration kCookieLife = std::chrono::hours(24 * 30);
  static constexpr std::size_t kEndedMax = 64;  // sign-outs that are remembered, until the program ends

  // `random` outlives the guard.
  Guard(GuardOptions options, Random& random);

  static std::string make_secret(Random& random);  // 64 hexadecimal digits

  // Of the link that is printed: good for one redeem(). The one before it is good no longer.
  std::string new_code();

  // Everything that is not under /api: only the Host is looked at, because it says nothing.
  std::optional<Refusal> screen_page(const http::RequestHead& request) const;
  // `open`: no secret is asked for (the swap of a code).
  std::optional<Refusal> screen_api(const http::RequestHead& request, WallTime now, bool open = false) const;

  // The value of Set-Cookie for a code that was good, which it is no longer.
  std::optional<std::string> redeem(std::string_view code, WallTime now);
  // Ends the session of the cookie of a request that screen_api() let pass; the value of Set-Cookie that removes it.
  std::string sign_out(const http::RequestHead& request);

  // By which session a request came that screen_api() let pass: its cookie; "" when it came with the token.
  std::string session_of(const http::RequestHead& request) const;
  // Whether that session goes on: it was not signed out, and is not too old.
  bool stands(std::string_view session, WallTime now) const { return session.empty() || good_cookie(session, now); }

 private:
  bool host_is_ours(const http::RequestHead& request) const;
  bool has_secret(const http::RequestHead& request, WallTime now, bool& by_cookie) const;
  std::optional<std::string_view> cookie_of(const http::RequestHead& request) const;
  bool good_cookie(std::string_view value, WallTime now) const;
  std::string cookie_name() const;

  GuardOptions options_;
  Random& random_;
  std::string code_;
  std::deque<std::string> ended_;  // cookies that were signed out
};

}  // namespace porthole::admin
