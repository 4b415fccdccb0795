// Values, commas, and texts that could break out.
#include "base/json.h"

#include <gtest/gtest.h>

namespace porthole {
namespace {

TEST(Json, WritesNestedValuesWithCommasBetween) {
  std::string out;
  Json json(out);
  json.object().text("name", "a").number("n", 3).key("list").array().number(1U).number(-2).null().end_array();
  json.key("in").object().end_object().boolean("yes", true).key("raw").raw("[0]").end_object();
  EXPECT_EQ(out, R"({"name":"a","n":3,"list":[1,-2,null],"in":{},"yes":true,"raw":[0]})");
}

TEST(Json, WritesTheLargestNumbersWhole) {
  std::string out;
  Json(out).array().number(UINT64_MAX).number(INT64_MIN).number(0.5).end_array();
  EXPECT_EQ(out, "[18446744073709551615,-9223372036854775808,0.500]");
}

TEST(Json, EscapesWhatEndsATextAndControls) {
  std::string out;
  Json(out).text("a\"b\\c\r\n\t\x01\x7f");
  EXPECT_EQ(out, R"("a\"b\\c\r\n\t\u0001\u007f")");
}

TEST(Json, OctetsBeyondAsciiBecomeOneCharacterEach) {
  std::string out;
  Json(out).octets(std::string_view("\x80\xff\0", 3));
  EXPECT_EQ(out, "\"\xc2\x80\xc3\xbf\\u0000\"");
}

TEST(Json, TextKeepsItsUtf8) {
  std::string out;
  Json(out).text("\xc3\xa9");
  EXPECT_EQ(out, "\"\xc3\xa9\"");
}

}  // namespace
}  // namespace porthole
