// Attacks on the inspector's listener, as heads (conventions: rebinding, cross-origin, cross-port, stolen and old secrets).
#include "admin/guard.h"

#include <gtest/gtest.h>

#include "support/heads.h"

namespace porthole::admin {
namespace {

const std::string kToken(64, 'a');

class GuardTest : public testing::Test {
 protected:
  // Head of a request to the API; nothing when it may pass.
  std::optional<std::uint16_t> status(std::string_view fields, std::string_view method = "GET", bool open = false) {
    http::RequestHead head;
    test::read(std::string(method) + " /api/flows HTTP/1.1\r\n" + std::string(fields), head);
    auto refusal = guard_.screen_api(head, now_, open);
    if (!refusal) return std::nullopt;
    return refusal->status;
  }
  std::string cookie() {
    std::string set = *guard_.redeem(guard_.new_code(), now_);
    return set.substr(0, set.find(';'));
  }
  SeededRandom random_{1};
  WallTime now_{std::chrono::hours(24 * 365 * 50)};
  Guard guard_{{.port = 8084, .hosts = {"inspector.test"}, .token = kToken}, random_};
  const std::string bearer_ = "Host: 127.0.0.1:8084\r\nAuthorization: Bearer " + kToken + "\r\n";
};

constexpr auto kPass = std::nullopt;

TEST_F(GuardTest, LooksAtTheHostBeforeAnythingElse) {
  for (std::string_view host :
       {"127.0.0.1:8084", "localhost:8084", "LOCALHOST:8084", "[::1]:8084", "inspector.test:8084"})
    EXPECT_EQ(status("Host: " + std::string(host) + "\r\nAuthorization: Bearer " + kToken + "\r\n"), kPass) << host;
  for (std::string_view host :
       {"evil.test:8084", "127.0.0.1", "127.0.0.1:80840", "127.0.0.1:8085", "127.0.0.1.evil.test:8084",
        "evil.test:80:8084", "", "[::ffff:127.0.0.1]:8084", "localhost.:8084", "127.1:8084"})
    EXPECT_EQ(status("Host: " + std::string(host) + "\r\nAuthorization: Bearer " + kToken + "\r\n"), 421) << host;
  EXPECT_EQ(status(""), 421);
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\nHost: 127.0.0.1:8084\r\n"), 421);
}

TEST_F(GuardTest, BrowsersLeaveOutPort80) {
  Guard guard({.port = 80, .hosts = {"inspector.test"}, .token = kToken}, random_);
  auto passes = [&](std::string_view host) {
    http::RequestHead head;
    test::read("GET /api/flows HTTP/1.1\r\nHost: " + std::string(host) + "\r\nAuthorization: Bearer " + kToken + "\r\n",
               head);
    return !guard.screen_api(head, now_);
  };
  for (std::string_view host : {"127.0.0.1", "localhost", "localhost:80", "[::1]", "[::1]:80", "inspector.test"})
    EXPECT_TRUE(passes(host)) << host;
  for (std::string_view host : {"evil.test", "localhost:8084", "[::1]:8084", "[::1", ":80", ""})
    EXPECT_FALSE(passes(host)) << host;
}

TEST_F(GuardTest, KnowsWhetherASessionGoesOn) {
  http::RequestHead head, by_token;
  test::read("GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:8084\r\nCookie: " + cookie() + "\r\n", head);
  test::read("GET /api/stream HTTP/1.1\r\n" + bearer_, by_token);
  std::string session = guard_.session_of(head);
  EXPECT_TRUE(guard_.stands(session, now_));
  guard_.sign_out(head);
  EXPECT_FALSE(guard_.stands(session, now_));
  EXPECT_TRUE(guard_.stands(guard_.session_of(by_token), now_)) << "the token is nobody's session";
}

TEST_F(GuardTest, AsksForASecret) {
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\n"), 401);
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\nAuthorization: Bearer " + std::string(64, 'b') + "\r\n"), 401);
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\nAuthorization: Bearer " + std::string(63, 'a') + "\r\n"), 401);
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\nAuthorization: Basic " + kToken + "\r\n"), 401);
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\nAuthorization: Bearer\r\n"), 401);
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\nCookie: porthole_8084=" + kToken + "\r\n"), 401);
  EXPECT_EQ(status(bearer_), kPass);
}

TEST_F(GuardTest, NeverTakesAnEmptyTokenForOne) {
  Guard none({.port = 8084, .token = ""}, random_);
  http::RequestHead head;
  test::read("GET /api/flows HTTP/1.1\r\nHost: 127.0.0.1:8084\r\nAuthorization: Bearer \r\n", head);
  EXPECT_EQ(none.screen_api(head, now_)->status, 401);
}

TEST_F(GuardTest, SwapsACodeOnce) {
  std::string code = guard_.new_code();
  EXPECT_EQ(code.size(), Guard::kCodeBytes);
  EXPECT_FALSE(guard_.redeem("", now_));
  EXPECT_FALSE(guard_.redeem(std::string(64, '0'), now_));
  auto set = guard_.redeem(code, now_);
  ASSERT_TRUE(set);
  EXPECT_NE(set->find("porthole_8084="), std::string::npos);
  for (std::string_view attribute : {"; Path=/", "; HttpOnly", "; SameSite=Strict"})
    EXPECT_NE(set->find(attribute), std::string::npos) << attribute;
  EXPECT_EQ(set->find(kToken), std::string::npos);
  EXPECT_FALSE(guard_.redeem(code, now_));
}

TEST_F(GuardTest, KnowsItsCookieAmongOthers) {
  std::string own = cookie();
  std::string host = "Host: 127.0.0.1:8084\r\n";
  EXPECT_EQ(status(host + "Cookie: " + own + "\r\n"), kPass);
  EXPECT_EQ(status(host + "Cookie: a=b; porthole_8085=x; " + own + "; c\r\n"), kPass);
  EXPECT_EQ(status(host + "Cookie: a=b\r\nCookie: " + own + "\r\n"), kPass);
  EXPECT_EQ(status(host + "Cookie: " + own + "0\r\n"), 401);
  EXPECT_EQ(status(host + "Cookie: x" + own + "\r\n"), 401);
  std::string older = own;
  older[older.find('=') + 1] ^= 1;  // another number, the same signature
  EXPECT_EQ(status(host + "Cookie: " + older + "\r\n"), 401);
}

TEST_F(GuardTest, ACookieSurvivesARestartButNotItsTimeNorTheToken) {
  std::string fields = "Host: 127.0.0.1:8084\r\nCookie: " + cookie() + "\r\n";
  http::RequestHead head;
  test::read("GET /api/flows HTTP/1.1\r\n" + fields, head);
  EXPECT_FALSE(Guard({.port = 8084, .token = kToken}, random_).screen_api(head, now_));
  EXPECT_TRUE(Guard({.port = 8084, .token = std::string(64, 'b')}, random_).screen_api(head, now_));
  now_ += Guard::kCookieLife + std::chrono::seconds(1);
  EXPECT_EQ(status(fields), 401);
}

TEST_F(GuardTest, ASessionThatWasEndedIsOver) {
  std::string fields = "Host: 127.0.0.1:8084\r\nCookie: " + cookie() + "\r\n";
  http::RequestHead head;
  test::read("GET /api/flows HTTP/1.1\r\n" + fields, head);
  EXPECT_NE(guard_.sign_out(head).find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(status(fields), 401);
}

TEST_F(GuardTest, RefusesOtherOriginsWhateverElseIsRight) {
  for (std::string_view origin : {"http://evil.test", "null", "http://127.0.0.1:8083", "http://localhost:8084",
                                  "https://127.0.0.1:8084", "http://127.0.0.1:8084.evil.test", "http://127.0.0.1", ""})
    EXPECT_EQ(status(bearer_ + "Origin: " + std::string(origin) + "\r\n"), 403) << origin;
  EXPECT_EQ(status(bearer_ + "Origin: http://127.0.0.1:8084\r\n"), kPass);
  for (std::string_view site : {"cross-site", "same-site", "x"})
    EXPECT_EQ(status(bearer_ + "Sec-Fetch-Site: " + std::string(site) + "\r\n"), 403) << site;
  for (std::string_view site : {"same-origin", "none"})
    EXPECT_EQ(status(bearer_ + "Sec-Fetch-Site: " + std::string(site) + "\r\n"), kPass) << site;
}

TEST_F(GuardTest, TakesChangesOnlyAsJsonAndFromItsOwnPage) {
  std::string json = "Content-Type: application/json; charset=utf-8\r\n";
  std::string page = "Host: 127.0.0.1:8084\r\nCookie: " + cookie() + "\r\n";
  std::string own = page + "Origin: http://127.0.0.1:8084\r\n";
  for (std::string_view method : {"POST", "PUT", "DELETE", "PATCH"}) {
    EXPECT_EQ(status(bearer_ + json, method), kPass);
    EXPECT_EQ(status(bearer_, method), 415);
    EXPECT_EQ(status(bearer_ + "Content-Type: text/plain\r\n", method), 415);
    EXPECT_EQ(status(own + json, method), kPass);
    EXPECT_EQ(status(page + json, method), 403) << "a cookie without Origin";
    EXPECT_EQ(status(own + "Content-Type: application/x-www-form-urlencoded\r\n", method), 415);
  }
}

TEST_F(GuardTest, TheSwapNeedsNoSecretButAllElse) {
  std::string host = "Host: 127.0.0.1:8084\r\nContent-Type: application/json\r\n";
  EXPECT_EQ(status(host, "POST", true), kPass);
  EXPECT_EQ(status(host + "Origin: http://evil.test\r\n", "POST", true), 403);
  EXPECT_EQ(status("Host: evil.test\r\nContent-Type: application/json\r\n", "POST", true), 421);
  EXPECT_EQ(status("Host: 127.0.0.1:8084\r\n", "POST", true), 415);
}

TEST_F(GuardTest, ThePageNeedsOnlyTheRightHost) {
  http::RequestHead good, evil, post;
  test::read("GET / HTTP/1.1\r\nHost: localhost:8084\r\n", good);
  test::read("GET / HTTP/1.1\r\nHost: evil.test:8084\r\n", evil);
  test::read("POST / HTTP/1.1\r\nHost: localhost:8084\r\n", post);
  EXPECT_FALSE(guard_.screen_page(good));
  EXPECT_EQ(guard_.screen_page(evil)->status, 421);
  EXPECT_EQ(guard_.screen_page(post)->status, 405);
}

}  // namespace
}  // namespace porthole::admin
