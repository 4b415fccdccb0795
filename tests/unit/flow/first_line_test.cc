// What a list shows before a flow has ended, from heads good and bad.
#include "flow/first_line.h"

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

TEST(RequestSummary, ReadsTheTargetOfEachForm) {
  auto absolute = request_summary("GET http://u@shop.test:81/a?b HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(absolute.method, "GET");
  EXPECT_EQ(absolute.target, "http://u@shop.test:81/a?b");
  EXPECT_EQ(absolute.host, "shop.test:81");
  EXPECT_EQ(request_summary("CONNECT h:443 HTTP/1.1\r\n\r\n").host, "h:443");
  EXPECT_EQ(request_summary("GET /a HTTP/1.1\r\nHost: own\r\n\r\n").host, "");  // asks us, and names nobody
  EXPECT_EQ(request_summary("OPTIONS * HTTP/1.1\nHost: own\n\n").target, "*");
}

TEST(RequestSummary, IsForgiving) {
  EXPECT_EQ(request_summary("").method, "");
  EXPECT_EQ(request_summary("GET").method, "GET");
  EXPECT_EQ(request_summary("GET ").target, "");
  EXPECT_EQ(request_summary("GET http://").host, "");
  EXPECT_EQ(request_summary("\r\n\r\n").target, "");
}

TEST(RequestSummary, AHostHasNoUserInformation) {
  for (std::string_view line :
       {"GET http://u:p@h:81/a", "CONNECT u:p@h:81", "GET u:p@h:81/a", "GET http:/u:p@h:81/", "GET u:/p@h:81/"}) {
    std::string raw = std::string(line) + " HTTP/1.1\r\n\r\n";
    EXPECT_EQ(request_summary(raw).host, "h:81") << line;
    EXPECT_EQ(unparsed_summary(raw).host, unparsed_summary(raw).target.empty() ? "" : "h:81") << line;
  }
  EXPECT_EQ(request_summary(":method: GET\r\n:authority: u:p@h:81\r\n:path: /\r\n").host, "h:81");
}

TEST(UnparsedSummary, ShowsWhatCanBeShown) {
  auto bad_field = unparsed_summary("GET http://h:81/a HTTP/1.1\r\nX Y: 1\r\n");
  EXPECT_EQ(bad_field.method, "GET");
  EXPECT_EQ(bad_field.target, "http://h:81/a");
  EXPECT_EQ(bad_field.host, "h:81");
  EXPECT_EQ(unparsed_summary("CONNECT h:443 HTTP/9\r\n").host, "h:443");
  EXPECT_EQ(unparsed_summary("GET http://h/\x01 HTTP/1.1\r\n").method, "GET");
  EXPECT_EQ(unparsed_summary("GET http://h/\x01 HTTP/1.1\r\n").target, "");
  for (std::string_view raw : {"", "\r\n", "\x16\x03\x01", "Cookie: s3cret\r\n", "Cookie s3cret\r\n", "G\x1b[2J / x"}) {
    EXPECT_EQ(unparsed_summary(raw).method, "-");
    EXPECT_EQ(unparsed_summary(raw).target, "");
  }
  EXPECT_EQ(unparsed_summary("COOKIE s3cret").target, "");
  // What looks like a head of HTTP/2, with more in a field than it may hold.
  EXPECT_EQ(unparsed_summary(":method: GET\n:authority: a\rCookie: s3cret\n:path: /\n").host, "");
}

TEST(ResponseSummary, ReadsStatusAndType) {
  auto summary = response_summary("HTTP/1.1 404 Not Found\r\nContent-Type: text/html; charset=x\r\n\r\n");
  EXPECT_EQ(summary.status, 404U);
  EXPECT_EQ(summary.content_type, "text/html; charset=x");
  for (std::string_view bad : {"HTTP/1.1 20 x\r\n\r\n", "HTTP/1.1\r\n", "HTTP/1.1 99999999999999999999999 x", "x"})
    EXPECT_EQ(response_summary(bad).status, 0U) << bad;
}

// RFC 9113 §8.3: pseudo-fields instead of a first line.
TEST(Summaries, ReadHeadsThatAreFieldLists) {
  constexpr std::string_view kRequest =
      ":method: GET\r\n:scheme: https\r\n:authority: shop.test:81\r\n:path: /a?b\r\naccept: */*\r\n\r\n";
  auto request = request_summary(kRequest);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.host, "shop.test:81");
  EXPECT_EQ(request.target, "/a?b");
  EXPECT_EQ(request_summary(":method: CONNECT\r\n:authority: h:443\r\n\r\n").target, "h:443");
  auto response = response_summary(":status: 404\r\ncontent-type: text/html\r\n\r\n");
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.content_type, "text/html");
  EXPECT_EQ(response_summary("content-type: a\r\n:status: 404\r\n\r\n").status, 0U) << "behind a field it is none";
  std::string names;
  each_field(kRequest, true, [&](std::string_view name, std::string_view) {
    names += name;
    return true;
  });
  EXPECT_EQ(names, "accept");
  for (std::string_view bad : {":", ":method", ":method:", "::\r\n:"})
    EXPECT_EQ(request_summary(bad).method, "") << bad;
}

TEST(FieldIn, TakesTheFirstOfThatName) {
  EXPECT_EQ(field_in("A: 1\r\na: 2\r\n", "a"), "1");
  EXPECT_EQ(field_in("A:\r\n", "a"), "");
  EXPECT_NE(field_in("A:\r\n", "a").data(), nullptr);
  EXPECT_EQ(field_in("B: 1\r\n A: folded\r\n", "a").data(), nullptr);
}

}  // namespace
}  // namespace porthole::flow
