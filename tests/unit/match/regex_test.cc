// Regular expressions: RE2's, anywhere in the text, bounded.
#include "match/regex.h"

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

Regex regex(std::string_view source, bool any_case = false) { return *Regex::compile(source, any_case, false); }

TEST(Regex, OccursAnywhereUnlessAnchored) {
  EXPECT_TRUE(regex("sto.k").occurs_in("out of stock!"));
  EXPECT_FALSE(regex("^stock").occurs_in("out of stock"));
}

TEST(Regex, CaseCountsUnlessTheFlagOrTheKeySaysSo) {
  EXPECT_FALSE(regex("shop").occurs_in("SHOP"));
  EXPECT_TRUE(regex("shop", true).occurs_in("SHOP"));
  EXPECT_TRUE(Regex::compile("shop", false, true)->occurs_in("SHOP"));
}

TEST(Regex, ASlashWithinIsWrittenWithABackslash) { EXPECT_TRUE(regex("^\\/v\\d+\\/").occurs_in("/v12/stock")); }

TEST(Regex, AMistakeIsSaid) {
  EXPECT_EQ(Regex::compile("(", false, false).error(), "missing ): (");
  EXPECT_FALSE(Regex::compile("(?=x)", false, false)) << "RE2 has no lookahead";
}

TEST(Regex, AProgramThatGrowsIsRefused) {
  EXPECT_FALSE(Regex::compile("((a{100}){100}){100}", false, false));
  EXPECT_FALSE(Regex::compile("(\\pL{500}|x{500}){2}\\pL{500}\\pN{800}", false, false)) << "beyond kMemoryMax";
}

TEST(Regex, OctetsThatAreNoUtf8AreSearchedToo) { EXPECT_TRUE(regex("stock").occurs_in("\xFF\xFEstock\x80")); }

TEST(Regex, CopiesAreEqual) {
  Regex one = regex("a");
  Regex copy = regex("b");
  copy = one;
  EXPECT_EQ(one, copy);
  EXPECT_TRUE(copy.occurs_in("cat")) << "with its program";
  EXPECT_NE(one, regex("a", true));
}

}  // namespace
}  // namespace porthole::match
