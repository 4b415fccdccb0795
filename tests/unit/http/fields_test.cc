// Field lines keep order, case and duplicates (RFC 9110 §5.3); lists are walked by RFC 9110 §5.6.1.
#include "http/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::http {
namespace {

using testing::ElementsAre;

std::vector<std::string> elements(std::string_view value) {
  std::vector<std::string> all;
  for_each_element(value, [&](std::string_view element) {
    all.emplace_back(element);
    return true;
  });
  return all;
}

TEST(Fields, KeepsOrderCaseAndDuplicates) {
  Fields fields;
  fields.add("x-A", "1");
  fields.add(FieldName::via, "2");
  fields.add("X-a", "3");
  EXPECT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0].name, "x-A");
  EXPECT_EQ(fields[1].name, "Via");
  EXPECT_EQ(fields.find("X-A")->value, "1");
  EXPECT_EQ(fields.find(FieldName::via)->value, "2");
  EXPECT_EQ(fields.find(FieldName::host), nullptr);
  EXPECT_EQ(fields.find("y"), nullptr);
  EXPECT_EQ(fields.count(FieldName::other), 2u);
  fields.erase(0);
  EXPECT_EQ(fields.find("x-a")->value, "3");
}

// RFC 9110 §5.6.1.2
TEST(Fields, ListsMayHaveEmptyElements) {
  EXPECT_THAT(elements(" a ,, b,\t, c d ,"), ElementsAre("a", "b", "c d"));
  EXPECT_THAT(elements(""), ElementsAre());
  EXPECT_THAT(elements(" , "), ElementsAre());
}

// RFC 9110 §5.6.4
TEST(Fields, CommasInQuotedStringsDoNotSeparate) {
  EXPECT_THAT(elements("a=\"x, y\", b"), ElementsAre("a=\"x, y\"", "b"));
  EXPECT_THAT(elements("\"a\\\", b\", c"), ElementsAre("\"a\\\", b\"", "c"));
  EXPECT_THAT(elements("a, \"unclosed, b"), ElementsAre("a", "\"unclosed, b"));
  EXPECT_THAT(elements("\"a\\"), ElementsAre("\"a\\"));
}

TEST(Fields, WalkingStopsWhenToldTo) {
  int seen = 0;
  EXPECT_FALSE(for_each_element("a, b, c", [&](std::string_view) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
}

TEST(Fields, TokensAreFoundInAnyLineAndAnyCase) {
  Fields fields;
  fields.add("Connection", "keep-alive");
  fields.add("connection", "x, CLOSE");
  EXPECT_TRUE(has_token(fields, FieldName::connection, "close"));
  EXPECT_FALSE(has_token(fields, FieldName::connection, "clos"));
  EXPECT_FALSE(has_token(fields, FieldName::te, "close"));
}

TEST(Fields, ALineIsShownAsItStandsInTheText) {
  std::string raw = "GET / HTTP/1.1\r\nX:  y \r\n\r\n";
  std::string_view text = raw;
  EXPECT_EQ(line_of({text.substr(16, 1), text.substr(20, 1)}, raw), "X:  y");
  EXPECT_EQ(line_of({"X", text.substr(20, 1)}, raw), "y");
  EXPECT_EQ(line_of({text.substr(16, 1), "elsewhere"}, raw), "elsewhere");
}

}  // namespace
}  // namespace porthole::http
