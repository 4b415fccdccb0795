// The access log's lines, byte for byte, also for what hostile peers send.
#include "flow/log_line.h"

#include <chrono>
#include <ctime>

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

Outcome served() {
  return {.flow = {1234567},
          .end = End::complete,
          .status = 200,
          .method = "GET",
          .target = "http://shop.test/cart?id=7",
          .host = "shop.test",
          .client = *Endpoint::parse("192.0.2.7:50123"),
          .upstream = *Endpoint::parse("198.51.100.4:80"),
          .reused = true,
          .bytes_in = 0,
          .bytes_out = 5120,
          .begun = WallTime(1'796'256'000s + 123'456us),
          .took = 10'250us,
          .content_type = "text/html; charset=utf-8",
          .referer = "http://shop.test/",
          .user_agent = "curl/7.88.1"};
}

Outcome refused() {
  Outcome outcome;
  outcome.end = End::answered;
  outcome.error = Token::connection_refused;
  outcome.status = 502;
  outcome.method = "POST";
  outcome.target = "/";
  outcome.client = *Endpoint::parse("[2001:db8::7]:50123");
  outcome.begun = WallTime(951'782'400s);  // 2000-02-29: a leap day of a century
  return outcome;
}

std::string line(LogFormat format, const Outcome& outcome) {
  std::string out;
  format_line(format, outcome, out);
  return out;
}

TEST(LogLine, JsonHasEveryKey) {
  EXPECT_EQ(line(LogFormat::json, served()),
            R"({"ts":"2026-12-03T00:00:00.123456Z","flow":"0000000015nm7","client":"192.0.2.7:50123","method":"GET",)"
            R"("target":"http://shop.test/cart?id=7","host":"shop.test","status":200,"proxy_error":null,"bytes_in":0,)"
            R"("bytes_out":5120,"duration_us":10250,"upstream":"198.51.100.4:80","reused":true,"protocol":"HTTP/1.1",)"
            R"("outcome":"complete"})"
            "\n");
}

TEST(LogLine, JsonSaysNullForWhatWasNot) {
  EXPECT_EQ(
      line(LogFormat::json, refused()),
      R"({"ts":"2000-02-29T00:00:00.000000Z","flow":"0000000000000","client":"[2001:db8::7]:50123","method":"POST",)"
      R"("target":"/","host":"","status":502,"proxy_error":"connection_refused","bytes_in":0,"bytes_out":0,)"
      R"("duration_us":0,"upstream":null,"reused":false,"protocol":"HTTP/1.1","outcome":"answered"})"
      "\n");
}

TEST(LogLine, CombinedIsWhatWebServersWrite) {
  EXPECT_EQ(line(LogFormat::combined, served()),
            "192.0.2.7 - - [03/Dec/2026:00:00:00 +0000] \"GET http://shop.test/cart?id=7 HTTP/1.1\" 200 5120 "
            "\"http://shop.test/\" \"curl/7.88.1\"\n");
  EXPECT_EQ(line(LogFormat::combined, refused()),
            "2001:db8::7 - - [29/Feb/2000:00:00:00 +0000] \"POST / HTTP/1.1\" 502 0 \"-\" \"-\"\n");
}

TEST(LogLine, SquidIsTheNativeFormat) {
  EXPECT_EQ(line(LogFormat::squid, served()),
            "1796256000.133     10 192.0.2.7 TCP_MISS/200 5120 GET http://shop.test/cart?id=7 - "
            "HIER_DIRECT/198.51.100.4 text/html\n");
  EXPECT_EQ(line(LogFormat::squid, refused()), "951782400.000      0 2001:db8::7 NONE/502 0 POST / - HIER_NONE/- -\n");
}

TEST(LogLine, SquidNamesTunnelsAndDenials) {
  Outcome outcome = served();
  outcome.method = "CONNECT";
  outcome.target = "shop.test:443";
  outcome.end = End::tunnelled;
  outcome.content_type = {};
  EXPECT_NE(
      line(LogFormat::squid, outcome).find(" TCP_TUNNEL/200 5120 CONNECT shop.test:443 - HIER_DIRECT/198.51.100.4 -\n"),
      std::string::npos);
  outcome = refused();
  outcome.error = Token::http_request_denied;
  outcome.status = 403;
  EXPECT_NE(line(LogFormat::squid, outcome).find(" TCP_DENIED/403 "), std::string::npos);
}

// One exchange is one line of printable ASCII, whatever was sent.
TEST(LogLine, EscapesHostileBytesInEveryFormat) {
  std::string hostile = "a\"b\\c\r\nd\x1b[31m\x7f\xc3\xa9 \t";
  hostile += '\0';
  Outcome outcome = served();
  outcome.method = outcome.target = outcome.host = outcome.referer = outcome.user_agent = outcome.content_type =
      hostile;
  for (LogFormat format : {LogFormat::json, LogFormat::combined, LogFormat::squid}) {
    std::string text = line(format, outcome);
    ASSERT_EQ(text.find('\n'), text.size() - 1);
    for (char c : text.substr(0, text.size() - 1)) EXPECT_TRUE(c >= ' ' && c < 0x7f) << static_cast<int>(c);
  }
  EXPECT_NE(line(LogFormat::json, outcome)
                .find(R"("target":"a\"b\\c\u000d\u000ad\u001b[31m\u007f\u00c3\u00a9 \u0009\u0000")"),
            std::string::npos);
  EXPECT_NE(line(LogFormat::combined, outcome).find(R"("a\x22b\x5cc\x0d\x0ad\x1b[31m\x7f\xc3\xa9 \x09\x00"
)"),
            std::string::npos);
  // A blank in a target would shift the columns of every tool that reads these lines.
  EXPECT_NE(line(LogFormat::squid, outcome).find(R"( a\x22b\x5cc\x0d\x0ad\x1b[31m\x7f\xc3\xa9\x20\x09\x00 - HIER)"),
            std::string::npos);
}

TEST(LogLine, DatesAgreeWithTheLibrary) {
  for (std::int64_t seconds = 0; seconds < 4'102'444'800; seconds += 86'399 * 97) {
    Outcome outcome;
    outcome.begun = WallTime(std::chrono::seconds(seconds));
    std::time_t time = seconds;
    std::tm tm{};
    ::gmtime_r(&time, &tm);
    char expected[32];
    std::strftime(expected, sizeof expected, "{\"ts\":\"%FT%T.", &tm);
    ASSERT_TRUE(line(LogFormat::json, outcome).starts_with(expected)) << expected;
  }
}

TEST(LogLine, AppendsToWhatIsThere) {
  std::string out;
  format_line(LogFormat::squid, refused(), out);
  std::size_t one = out.size();
  format_line(LogFormat::squid, refused(), out);
  EXPECT_EQ(out.size(), 2 * one);
}

}  // namespace
}  // namespace porthole::flow
