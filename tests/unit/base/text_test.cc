// Octets as text.
#include "base/text.h"

#include <gtest/gtest.h>

namespace porthole {
namespace {

TEST(Utf8, TakesEveryLengthOfCharacter) {
  for (std::string_view good :
       {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x9a\xa2", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "\xc2\x80"})
    EXPECT_TRUE(is_utf8(good)) << good;
}

TEST(Utf8, RefusesWhatIsCutTooLongOrNoCharacter) {
  for (std::string_view bad :
       {"\x80", "\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "a\xe2\x82", "\xe2\x28\xa1"})
    EXPECT_FALSE(is_utf8(bad));
}

TEST(PlainText, HasNoControlsButThoseOfLines) {
  EXPECT_TRUE(is_plain_text("a\tb\r\n\xc3\xa9"));
  EXPECT_FALSE(is_plain_text(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_plain_text("\x1b[31m"));
  EXPECT_FALSE(is_plain_text("\x7f"));
}

TEST(Base64, GoesThereAndBack) {
  for (std::string_view octets : {std::string_view(""), std::string_view("f"), std::string_view("fo"),
                                  std::string_view("foo"), std::string_view("\0\xff\x80", 3)})
    EXPECT_EQ(from_base64(base64(octets)), octets);
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
}

TEST(Base64, RefusesAnythingElse) {
  for (std::string_view bad : {"Zg=", "Zg", "Z===", "Zg= ", " Zg=", "Zm9v\n", "Zm-_", "====", "Zg==Zg=="})
    EXPECT_EQ(from_base64(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace porthole
