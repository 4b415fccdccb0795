// Where words end.
#include "match/reader.h"

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

std::string regex(std::string_view text, bool path = false) {
  Reader reader(text);
  std::optional<RegexWord> found = reader.take_regex(path);
  if (!found) return reader.at() == 0 ? "none" : "none, but something was taken";
  return std::string(found->source) + (found->any_case ? " i" : "") + " then " + std::string(text.substr(reader.at()));
}

TEST(Reader, KeywordsAreWholeWords) {
  EXPECT_TRUE(Reader(" or b").take_keyword("or"));
  EXPECT_TRUE(Reader("OR(b)").take_keyword("or"));
  EXPECT_TRUE(Reader("or").take_keyword("or"));
  EXPECT_FALSE(Reader("order").take_keyword("or"));
  EXPECT_FALSE(Reader("Or b").take_keyword("or")) << "lower or upper, not both";
}

TEST(Reader, AKeyIsAheadWhenAComparisonFollows) {
  EXPECT_EQ(Reader("host:x").key_ahead(), "host");
  EXPECT_EQ(Reader("header.x-y>=1").key_ahead(), "header.x-y");
  EXPECT_EQ(Reader(":x").key_ahead(), "");
  EXPECT_NE(Reader(":x").key_ahead().data(), nullptr);
  for (std::string_view text : {"host", "/a:b", "a*b:c", "a\\:b", "\"a\":b"}) {
    EXPECT_EQ(Reader(text).key_ahead().data(), nullptr) << text;
  }
}

TEST(Reader, ARegularExpressionStandsBetweenSlashesUpToTheEndOfTheValue) {
  EXPECT_EQ(regex("/a.b/"), "a.b then ");
  EXPECT_EQ(regex("/a.b/i,x"), "a.b i then ,x");
  EXPECT_EQ(regex("/(a|b) /"), "none") << "a blank needs a backslash";
  EXPECT_EQ(regex("/a\\ b\\/c/)"), "a\\ b\\/c then )");
  EXPECT_EQ(regex("/v1/stock"), "none");
  EXPECT_EQ(regex("/v1/ix"), "none");
  EXPECT_EQ(regex("//"), "none");
  EXPECT_EQ(regex("/a"), "none");
  EXPECT_EQ(regex("/a\\"), "none");
  EXPECT_EQ(regex("a/"), "none");
}

TEST(Reader, InAPathItNeedsAnOperator) {
  EXPECT_EQ(regex("/admin/", true), "none");
  EXPECT_EQ(regex("/v1.0/i", true), "none");
  EXPECT_EQ(regex("/a*/", true), "none") << "this is a glob";
  EXPECT_EQ(regex("/^.admin/", true), "^.admin then ");
}

TEST(Reader, QuotesAndBackslashesMakeOctetsLiteral) {
  Glob glob;
  Reader reader("a\"b *\\\"\"*\\*, c");
  EXPECT_EQ(reader.take_glob(glob, true), "");
  EXPECT_EQ(glob.pieces(), (std::vector<std::string>{"ab *\"", "*"}));
  EXPECT_TRUE(reader.take_comma());
}

TEST(Reader, ACommaEndsAValueButNotAWord) {
  Glob value;
  Glob word;
  Reader("a,b").take_glob(value, true);
  Reader("a,b").take_glob(word, false);
  EXPECT_EQ(value, Glob("a"));
  EXPECT_EQ(word, Glob("a,b"));
}

TEST(Reader, WhatIsOpenIsSaid) {
  Glob glob;
  EXPECT_EQ(Reader("\"abc").take_glob(glob, false), "no closing quote for this text");
  EXPECT_EQ(Reader("abc\\").take_glob(glob, false), "nothing behind the backslash");
}

}  // namespace
}  // namespace porthole::match
