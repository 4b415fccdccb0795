// Did you mean: near words are found, far ones are not forced.
#include "base/suggestion.h"

#include <array>

#include <gtest/gtest.h>

namespace porthole {
namespace {

constexpr std::array<std::string_view, 5> kWords = {"listen", "format", "timeouts", "via", "proxy"};

TEST(Suggestion, CountsAMistakeOfEachKindAsOne) {
  EXPECT_EQ(edit_distance("listen", "lissten"), 1U);
  EXPECT_EQ(edit_distance("listen", "lsten"), 1U);
  EXPECT_EQ(edit_distance("listen", "lixten"), 1U);
  EXPECT_EQ(edit_distance("format", "fromat"), 1U) << "a swap is one mistake";
  EXPECT_EQ(edit_distance("via", "VIA"), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(Suggestion, FindsTheNearestWord) {
  EXPECT_EQ(nearest("lissten", kWords), "listen");
  EXPECT_EQ(nearest("fromat", kWords), "format");
  EXPECT_EQ(nearest("timeout", kWords), "timeouts");
  EXPECT_EQ(nearest("vai", kWords), "via");
  EXPECT_EQ(nearest("prxy", kWords), "proxy");
}

TEST(Suggestion, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("colour", kWords), "");
  EXPECT_EQ(nearest("x", kWords), "");
}

}  // namespace
}  // namespace porthole
