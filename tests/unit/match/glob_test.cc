// Globs: whole and anywhere, and no pattern that takes long.
#include "match/glob.h"

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

Glob glob(std::string_view text) {
  Glob made;
  for (char c : text) {
    if (c == '*') made.add_star();
    else made.add_text({&c, 1});
  }
  return made;
}

bool whole(std::string_view pattern, std::string_view text) { return glob(pattern).matches(text, false); }

TEST(Glob, MatchesTheWholeText) {
  EXPECT_TRUE(whole("shop.test", "shop.test"));
  EXPECT_FALSE(whole("shop.test", "api.shop.test"));
  EXPECT_FALSE(whole("shop.test", "shop.test."));
  EXPECT_TRUE(whole("", ""));
  EXPECT_FALSE(whole("", "x"));
}

TEST(Glob, AStarIsAnyRunAlsoAnEmptyOne) {
  EXPECT_TRUE(whole("*.shop.test", "api.shop.test"));
  EXPECT_FALSE(whole("*.shop.test", "shop.test"));
  EXPECT_TRUE(whole("/v1/*/items", "/v1//items"));
  EXPECT_TRUE(whole("a*b*c", "abc"));
  EXPECT_TRUE(whole("a*b*c", "a b b c c"));
  EXPECT_TRUE(whole("*", ""));
  EXPECT_TRUE(whole("**", "anything"));
}

TEST(Glob, FirstAndLastPieceDoNotShareOctets) {
  EXPECT_FALSE(whole("ab*ba", "aba"));
  EXPECT_TRUE(whole("ab*ba", "abba"));
  EXPECT_FALSE(whole("a*b*b", "ab"));
}

TEST(Glob, CaseCountsOnlyWhenAsked) {
  EXPECT_TRUE(glob("SHOP*").matches("shop.test", true));
  EXPECT_FALSE(glob("SHOP*").matches("shop.test", false));
  EXPECT_FALSE(glob("[").matches("{", true)) << "only letters have case";
}

TEST(Glob, OccursAnywhere) {
  EXPECT_TRUE(glob("out of stock").occurs_in("{\"error\":\"OUT OF STOCK\"}", true));
  EXPECT_TRUE(glob("out*stock").occurs_in("sold out, no stock", true));
  EXPECT_FALSE(glob("out*stock").occurs_in("stock is out", true));
  EXPECT_TRUE(glob("").occurs_in("", true));
}

TEST(Glob, FindsEveryPlaceInTextsOfEveryLength) {
  for (std::size_t size = 0; size < 70; ++size) {
    for (std::size_t at = 0; at + 3 <= size; ++at) {
      std::string text(size, 'q');
      text.replace(at, 3, "aZ-");
      EXPECT_EQ(find(text, 0, "Az-", true), at) << size;
      EXPECT_EQ(find(text, at, "aZ-", false), at) << size;
      EXPECT_EQ(find(text, at + 1, "az-", true), std::string_view::npos) << size;
      EXPECT_EQ(find(text, 0, "az-", false), std::string_view::npos) << size;
    }
  }
}

// What makes naive matchers exponential is one pass for this one.
TEST(Glob, ManyStarsOnALongTextEnd) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "a*";
  EXPECT_FALSE(whole(pattern + "b", std::string(100'000, 'a')));
  EXPECT_TRUE(whole(pattern, std::string(100'000, 'a')));
}

}  // namespace
}  // namespace porthole::match
