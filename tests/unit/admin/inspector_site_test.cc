// Who gets what from the inspector's listener. Each attack of the security rules that ends here is a test; guard_test.cc has those
// that a head alone decides.
#include "admin/inspector_site.h"

#include <gmock/gmock.h>

#include "support/api_rig.h"

namespace porthole::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

class InspectorSiteTest : public test::ApiRig {
 protected:
  using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
  Answer visit(std::string_view method, std::string_view target, Fields fields = {}, std::string_view content = {}) {
    http::RequestHead head;
    head.method = http::method_of(method);
    head.method_text = method;
    head.target_text = target;
    head.target.form = http::TargetForm::origin;
    bool host = false;
    for (auto [name, value] : fields) {
      if (!value.empty()) head.fields.add(name, value);
      host |= name == "Host";
    }
    if (!host) head.fields.add("Host", "127.0.0.1:8084");
    auto early = site_.screen(head);
    return early ? std::move(*early) : site_.answer(head, content);
  }
  Answer swap(std::string_view code) {
    return visit("POST", "/api/session", {{"Content-Type", "application/json"}, {"Origin", "http://127.0.0.1:8084"}},
                 "{\"code\":\"" + std::string(code) + "\"}");
  }
  std::string sign_in() {
    std::string cookie = field(swap(guard_.new_code()), "Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
  }

  std::string token_ = std::string(64, 'a');
  std::string bearer_ = "Bearer " + token_;
  Guard guard_{{.port = 8084, .hosts = {"box.test"}, .token = token_}, random_};
  InspectorSite site_{guard_, *api_, built_in_assets(), clock_, random_};
};

TEST_F(InspectorSiteTest, TheLinkSignsInOnce) {
  std::string code = guard_.new_code();
  Answer first = swap(code);
  EXPECT_EQ(first.status, 204);
  EXPECT_THAT(field(first, "Set-Cookie"), HasSubstr("porthole_8084="));
  EXPECT_THAT(field(first, "Set-Cookie"), HasSubstr("HttpOnly; SameSite=Strict"));
  EXPECT_EQ(swap(code).status, 403);
  for (std::string_view wrong : {"", "x", "null", "{\"code\":1}", "[\"code\"]", "{\"code\":\"", "{}"}) {
    Answer answer = visit("POST", "/api/session",
                          {{"Content-Type", "application/json"}, {"Origin", "http://127.0.0.1:8084"}}, wrong);
    EXPECT_EQ(answer.status, 403) << wrong;
  }
}

TEST_F(InspectorSiteTest, TheCookieOpensTheApiUntilItIsSignedOut) {
  std::string cookie = sign_in();
  EXPECT_EQ(visit("GET", "/api/session", {{"Cookie", cookie}}).status, 200);
  EXPECT_EQ(visit("GET", "/api/flows", {{"Cookie", "other=1; " + cookie}}).status, 200);
  Fields same = {{"Cookie", cookie}, {"Content-Type", "application/json"}, {"Origin", "http://127.0.0.1:8084"}};
  EXPECT_EQ(visit("DELETE", "/api/session", same).status, 204);
  EXPECT_EQ(visit("GET", "/api/flows", {{"Cookie", cookie}}).status, 401);
}

TEST_F(InspectorSiteTest, WithoutASecretEachPathOfTheApiIs401) {
  exchange(1);
  step();
  std::string id = flow::id_text({1});
  for (const std::string& path :
       {std::string("/api"), std::string("/api/"), std::string("/api/nothing"), std::string("/api/session"),
        std::string("/api/status"), std::string("/api/flows"), "/api/flows/" + id, "/api/flows/" + id + "/explain",
        "/api/flows/" + id + "/response/body", std::string("/api/stream"), std::string("/api/guide")}) {
    EXPECT_EQ(visit("GET", path).status, 401) << path;
    EXPECT_EQ(visit("GET", path, {{"Authorization", "Bearer " + std::string(64, 'b')}}).status, 401) << path;
    EXPECT_EQ(visit("GET", path, {{"Cookie", "porthole_8084=1-x." + std::string(64, 'c')}}).status, 401) << path;
  }
}

TEST_F(InspectorSiteTest, AReboundNameIs421WhateverElseIsRight) {
  for (std::string_view host : {"evil.test:8084", "127.0.0.1", "127.0.0.1:8083", "localhost:80",
                                "127.0.0.1.evil.test:8084", "[::2]:8084", "box.test"}) {
    EXPECT_EQ(visit("GET", "/", {{"Host", host}}).status, 421) << host;
    EXPECT_EQ(visit("GET", "/api/flows", {{"Host", host}, {"Authorization", bearer_}}).status, 421) << host;
  }
  for (std::string_view host : {"localhost:8084", "[::1]:8084", "box.test:8084", "LOCALHOST:8084"})
    EXPECT_EQ(visit("GET", "/api/flows", {{"Host", host}, {"Authorization", bearer_}}).status, 200) << host;
}

TEST_F(InspectorSiteTest, AnotherPageIs403AlsoOnThisMachine) {
  std::string cookie = sign_in();
  for (Fields foreign : {Fields{{"Origin", "http://evil.test"}}, Fields{{"Origin", "null"}},
                         Fields{{"Origin", "http://127.0.0.1:3000"}}, Fields{{"Sec-Fetch-Site", "cross-site"}},
                         Fields{{"Sec-Fetch-Site", "same-site"}}, Fields{{"Origin", "https://127.0.0.1:8084"}}}) {
    for (std::string_view path : {"/api/flows", "/api/stream"}) {
      foreign.emplace_back("Cookie", cookie);
      EXPECT_EQ(visit("GET", path, foreign).status, 403) << foreign[0].second << path;
    }
  }
}

TEST_F(InspectorSiteTest, WhatChangesSomethingNeedsJsonAndOurOrigin) {
  std::string cookie = sign_in();
  Fields no_origin = {{"Cookie", cookie}, {"Content-Type", "application/json"}};
  EXPECT_EQ(visit("DELETE", "/api/session", no_origin).status, 403);
  for (std::string_view type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
    Fields fields = {{"Cookie", cookie}, {"Origin", "http://127.0.0.1:8084"}, {"Content-Type", type}};
    EXPECT_EQ(visit("DELETE", "/api/session", fields).status, 415) << type;
  }
}

// Whoever may send requests from here reaches what this machine reaches.
TEST_F(InspectorSiteTest, NothingIsSentForAnotherPageOrWithoutASecret) {
  constexpr std::string_view kSend = R"({"method": "GET", "url": "http://h/"})";
  std::string cookie = sign_in();
  auto status = [&](Fields fields) { return visit("POST", "/api/replay", std::move(fields), kSend).status; };
  std::pair<std::string_view, std::string_view> json = {"Content-Type", "application/json"},
                                                ours = {"Origin", "http://127.0.0.1:8084"};
  EXPECT_EQ(status({json, ours}), 401);
  EXPECT_EQ(status({json, {"Authorization", "Bearer " + std::string(64, 'b')}}), 401);
  EXPECT_EQ(status({json, {"Cookie", "porthole_8084=1-x." + std::string(64, 'c')}, ours}), 401);
  EXPECT_EQ(status({json, {"Cookie", cookie}}), 403) << "a form of another page tells no Origin";
  for (std::string_view origin : {"http://evil.test", "null", "http://127.0.0.1:3000", "https://127.0.0.1:8084"})
    EXPECT_EQ(status({json, {"Cookie", cookie}, {"Origin", origin}}), 403) << origin;
  for (std::string_view site : {"cross-site", "same-site"})
    EXPECT_EQ(status({json, {"Cookie", cookie}, ours, {"Sec-Fetch-Site", site}}), 403) << site;
  for (std::string_view type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
    EXPECT_EQ(status({{"Content-Type", type}, {"Cookie", cookie}, ours}), 415) << type;
  EXPECT_EQ(status({json, {"Host", "evil.test:8084"}, {"Authorization", bearer_}}), 421);
  EXPECT_TRUE(replay_.requests.empty());
  Answer sent =
      visit("POST", "/api/replay", {json, {"Cookie", cookie}, ours, {"Sec-Fetch-Site", "same-origin"}}, kSend);
  EXPECT_TRUE(sent.later);
  EXPECT_EQ(field(sent, "Cross-Origin-Resource-Policy"), "same-origin");  // for the answer that comes
  EXPECT_TRUE(visit("POST", "/api/replay", {json, {"Authorization", bearer_}}, kSend).later);
  EXPECT_EQ(replay_.requests.size(), 2U);
}

TEST_F(InspectorSiteTest, EveryAnswerKeepsOtherPagesOut) {
  for (std::string_view path : {"/", "/theme.js", "/nothing", "/api/flows", "/api/session"}) {
    for (std::string_view secret : {std::string_view(), std::string_view(bearer_)}) {
      Answer answer = visit("GET", path, {{"Authorization", secret}});
      EXPECT_EQ(field(answer, "Cross-Origin-Resource-Policy"), "same-origin") << path;
      EXPECT_EQ(field(answer, "Cross-Origin-Opener-Policy"), "same-origin") << path;
      EXPECT_EQ(field(answer, "Referrer-Policy"), "no-referrer") << path;
      EXPECT_THAT(field(answer, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'")) << path;
      EXPECT_EQ(field(answer, "Access-Control-Allow-Origin"), "") << path;
    }
  }
}

TEST_F(InspectorSiteTest, ThePageHoldsNoDataAndItsNonceIsNewEachTime) {
  exchange(1, "/secret-path");
  step();
  Answer page = visit("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, Not(HasSubstr("secret-path")));
  EXPECT_NE(field(page, "Content-Security-Policy"), field(visit("GET", "/"), "Content-Security-Policy"));
  EXPECT_EQ(visit("POST", "/").status, 405);
}

TEST_F(InspectorSiteTest, SomebodyWhoTakesThisPortForTheProxyIsToldSo) {
  http::RequestHead head;
  head.method = http::Method::get;
  head.method_text = "GET";
  head.target_text = "http://h/";
  head.target.form = http::TargetForm::absolute;
  head.fields.add("Host", "127.0.0.1:8084");
  EXPECT_EQ(site_.screen(head)->status, 400);
}

}  // namespace
}  // namespace porthole::admin
