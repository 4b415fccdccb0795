// RFC 9112 §3 and §4. Refused spellings are in tests/golden/wire/request_lines.md and responses.md.
#include "wire/h1/start_line.h"

#include <gtest/gtest.h>

namespace porthole::wire::h1 {
namespace {

TEST(RequestLine, MethodTargetVersion) {
  http::RequestHead head;
  ASSERT_TRUE(parse_request_line("M-SEARCH http://h/ HTTP/1.0", head));
  EXPECT_EQ(head.method_text, "M-SEARCH");
  EXPECT_EQ(head.method, http::Method::other);
  EXPECT_EQ(head.target_text, "http://h/");
  EXPECT_EQ(head.version, http::Version::http10);
}

TEST(RequestLine, UnknownMajorVersionsAre505AndMalformedOnes400) {
  http::RequestHead head;
  EXPECT_EQ(parse_request_line("GET / HTTP/2.0", head).error().status, 505);
  EXPECT_EQ(parse_request_line("GET / HTTP/9.9", head).error().status, 505);
  EXPECT_EQ(parse_request_line("GET / HTTP/0.9", head).error().status, 400);
  EXPECT_EQ(parse_request_line("GET / HTTP/2", head).error().status, 400);
}

// bad-inputs 44: judged on the first octet too many, complete or not.
TEST(RequestLine, SizesAreJudgedOnTheFirstOctetTooMany) {
  Limits limits{.target_bytes = 5, .method_bytes = 3};
  EXPECT_TRUE(check_request_line_size("GET /1234", limits));
  EXPECT_TRUE(check_request_line_size("GET /1234 HTTP/1.1\r\n", limits));
  EXPECT_EQ(check_request_line_size("GET /12345", limits).error().status, 414);
  EXPECT_EQ(check_request_line_size("GETT", limits).error().status, 501);
  EXPECT_EQ(check_request_line_size("GETT / HTTP/1.1", limits).error().status, 501);
  EXPECT_EQ(check_request_line_size("G\x01TT", limits).error().status, 400);
  EXPECT_TRUE(check_request_line_size("GE\r\n", limits));
}

TEST(StatusLine, VersionStatusReason) {
  http::ResponseHead head;
  ASSERT_TRUE(parse_status_line("HTTP/1.0 404 Not \t\xe4 there", head));
  EXPECT_EQ(head.version, http::Version::http10);
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.reason, "Not \t\xe4 there");
}

TEST(StatusLine, TheReasonMayBeEmptyWithOrWithoutItsSpace) {
  for (std::string_view line : {"HTTP/1.1 200 ", "HTTP/1.1 200"}) {
    http::ResponseHead head;
    ASSERT_TRUE(parse_status_line(line, head)) << line;
    EXPECT_EQ(head.reason, "");
  }
}

}  // namespace
}  // namespace porthole::wire::h1
