// Who the final recipient of a request is: RFC 9110 §7.6.2, §9.3.7, §9.3.8, §10.1.1.
#include "proxy/own_answer.h"

#include <gtest/gtest.h>

#include "support/heads.h"

namespace porthole::proxy {
namespace {

// The answer, or the status of the refusal.
int answer_to(std::string_view line, std::string_view fields = {}) {
  http::RequestHead head;
  test::read(std::string(line) + " HTTP/1.1\r\n" + std::string(fields), head);
  Result<OwnAnswer> answer = own_answer_to(head);
  return answer ? static_cast<int>(*answer) : answer.error().status;
}

constexpr int kNone = static_cast<int>(OwnAnswer::none);
constexpr int kTrace = static_cast<int>(OwnAnswer::trace);
constexpr int kOptions = static_cast<int>(OwnAnswer::options);
constexpr int kPage = static_cast<int>(OwnAnswer::page);

TEST(OwnAnswer, ToNothingThatIsForSomebodyElse) {
  for (const char* line : {"GET http://h/", "OPTIONS http://h", "TRACE http://h/", "CONNECT porthole.internal:80"}) {
    EXPECT_EQ(answer_to(line), kNone) << line;
  }
}

TEST(OwnAnswer, IsAPageForTargetsOfOurs) {
  for (const char* line :
       {"GET /", "GET /x?y", "POST /", "GET http://porthole.internal/", "GET HTTP://Porthole.Internal"}) {
    EXPECT_EQ(answer_to(line), kPage) << line;
  }
}

TEST(OwnAnswer, EndsWhatMayGoNoFurther) {
  EXPECT_EQ(answer_to("TRACE http://h/", "Max-Forwards: 0\r\n"), kTrace);
  EXPECT_EQ(answer_to("OPTIONS http://h/", "Max-Forwards: 00\r\n"), kOptions);
  EXPECT_EQ(answer_to("OPTIONS *"), kOptions);
  EXPECT_EQ(answer_to("TRACE /"), kTrace);
  EXPECT_EQ(answer_to("TRACE http://h/", "Max-Forwards: 1\r\n"), kNone);
  EXPECT_EQ(answer_to("GET http://h/", "Max-Forwards: 0\r\n"), kNone);
  EXPECT_EQ(answer_to("OPTIONS http://h/", "Max-Forwards: many\r\n"), 400);
}

TEST(OwnAnswer, RefusesWhatNobodyCanDo) {
  EXPECT_EQ(answer_to("GET https://h/"), 501);
  EXPECT_EQ(answer_to("GET ftp://h/"), 501);
  EXPECT_EQ(answer_to("GET http://h/", "Expect: miracles\r\n"), 417);
  EXPECT_EQ(answer_to("CONNECT h:443", "Expect: miracles\r\n"), 417);
  EXPECT_EQ(answer_to("GET http://h/", "Expect: 100-Continue\r\n"), kNone);
}

}  // namespace
}  // namespace porthole::proxy
