// RFC 9110 §5.6.7: dates are generated in one form and accepted in three.
#include "http/date.h"

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

constexpr std::int64_t kExample = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT, the RFC's own
constexpr std::int64_t kNow = 1800000000;     // January 2027

std::string format(std::int64_t seconds) {
  std::array<char, 29> text = format_date(seconds);
  return {text.data(), text.size()};
}

TEST(Date, GeneratesImfFixdate) {
  EXPECT_EQ(format(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(format(4102444799), "Thu, 31 Dec 2099 23:59:59 GMT");
}

TEST(Date, AcceptsAllThreeForms) {
  EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_date("Sun Nov  6 08:49:37 1994", kNow), kExample);
}

TEST(Date, ATwoDigitYearMoreThanFiftyYearsAheadIsInThePast) {
  EXPECT_EQ(parse_date("Friday, 01-Jan-77 00:00:00 GMT", kNow), parse_date("Fri, 01 Jan 2077 00:00:00 GMT", kNow));
  EXPECT_EQ(parse_date("Sunday, 01-Jan-78 00:00:00 GMT", kNow), parse_date("Sun, 01 Jan 1978 00:00:00 GMT", kNow));
}

TEST(Date, WhatIsGeneratedIsParsedAgain) {
  for (std::int64_t seconds = 0; seconds < 5000000000; seconds += 86399 * 37) {
    EXPECT_EQ(parse_date(format(seconds), kNow), seconds);
  }
}

TEST(Date, RefusesWhatIsNeither) {
  for (std::string_view text :
       {"", "0", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Xun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 ovD 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
        "Sunday 06-Nov-94 08:49:37 GMT", "un, 06 Nov 1994"}) {
    EXPECT_EQ(parse_date(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace porthole::http
