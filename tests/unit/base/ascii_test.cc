// ASCII only: what a locale would fold or accept stays as it is.
#include "base/ascii.h"

#include <string>

#include <gtest/gtest.h>

namespace porthole::ascii {
namespace {

TEST(Ascii, FoldsLettersAndNothingElse) {
  for (int i = -128; i < 128; ++i) {
    char c = static_cast<char>(i);
    bool upper = c >= 'A' && c <= 'Z';
    EXPECT_EQ(lower(c), upper ? static_cast<char>(c + 32) : c);
  }
  EXPECT_TRUE(equal_nocase("Content-Length", "cONTENT-lENGTH"));
  EXPECT_FALSE(equal_nocase("[", "{"));
  EXPECT_FALSE(equal_nocase("@", "`"));
  EXPECT_FALSE(equal_nocase("abc", "abcd"));
  EXPECT_TRUE(equal_nocase("", ""));
}

TEST(Ascii, TrimsSpacesAndTabsOnly) {  // RFC 9110 §5.6.3
  EXPECT_EQ(trim(" \t a b \t"), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\ra\n"), "\ra\n");
  EXPECT_EQ(trim("\v\f"), "\v\f");
}

TEST(Ascii, ReadsDecimalsUpTo63Bits) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("0042"), 42U);
  EXPECT_EQ(parse_decimal("9223372036854775807"), 9223372036854775807U);
  EXPECT_EQ(parse_decimal("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_decimal("9223372036854775810"), std::nullopt);
  EXPECT_EQ(parse_decimal("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_decimal(std::string(1000, '9')), std::nullopt);
}

TEST(Ascii, RefusesSignsBlanksAndLetters) {  // RFC 9110 §8.6: Content-Length = 1*DIGIT
  for (const char* text : {"", "+1", "-1", " 1", "1 ", "1,1", "0x1", "1e3", "\xd9\xa1"}) {
    EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
  }
}

TEST(Ascii, ReadsHexadecimalDigitsOfBothCases) {
  EXPECT_EQ(hex_value('0'), 0);
  EXPECT_EQ(hex_value('9'), 9);
  EXPECT_EQ(hex_value('a'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\xff'}) EXPECT_EQ(hex_value(c), -1);
}

}  // namespace
}  // namespace porthole::ascii
