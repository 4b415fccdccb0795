// Names are looked up by a perfect hash: every known name is found in any case, and nothing else is.
#include "http/field_name.h"

#include <gtest/gtest.h>

#include "base/ascii.h"

namespace porthole::http {
namespace {

std::string changed(std::string_view text, char (*change)(char)) {
  std::string result(text);
  for (char& c : result) c = change(c);
  return result;
}
char upper(char c) { return ascii::alpha(c) ? static_cast<char>(c & ~0x20) : c; }

TEST(FieldName, FindsEveryKnownNameInAnyCase) {
  for (int n = 1; n < static_cast<int>(FieldName::count_); ++n) {
    auto name = static_cast<FieldName>(n);
    std::string_view text = field_name_text(name);
    EXPECT_EQ(field_name_of(text), name) << text;
    EXPECT_EQ(field_name_of(changed(text, ascii::lower)), name) << text;
    EXPECT_EQ(field_name_of(changed(text, upper)), name) << text;
  }
  EXPECT_EQ(field_name_text(FieldName::other), "");
}

// bad-inputs 26: "_" is not "-"; nor is any other octet that differs in the bit of letter case.
TEST(FieldName, FindsNothingThatDiffersInOneOctet) {
  for (int n = 1; n < static_cast<int>(FieldName::count_); ++n) {
    std::string_view text = field_name_text(static_cast<FieldName>(n));
    for (std::size_t at = 0; at < text.size(); ++at) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string other(text);
        other[at] = static_cast<char>(octet);
        bool same = ascii::equal_nocase(other, text);
        if (!same) {
          EXPECT_NE(field_name_of(other), static_cast<FieldName>(n)) << text << " at " << at << " octet " << octet;
        }
      }
    }
    EXPECT_EQ(field_name_of(std::string(text) + "x"), FieldName::other) << text;
  }
}

TEST(FieldName, EmptyAndLongNamesAreOther) {
  EXPECT_EQ(field_name_of(""), FieldName::other);
  EXPECT_EQ(field_name_of(std::string(100000, 'a')), FieldName::other);
}

}  // namespace
}  // namespace porthole::http
