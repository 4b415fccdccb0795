// Three-valued logic: all pairs.
#include "match/truth.h"

#include <array>

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

constexpr std::array kAll = {Truth::no, Truth::unknown, Truth::yes};

TEST(Truth, UnknownIsDecidedOnlyWhereTheOtherSideDecides) {
  for (Truth a : kAll) {
    for (Truth b : kAll) {
      bool some_no = a == Truth::no || b == Truth::no;
      bool some_yes = a == Truth::yes || b == Truth::yes;
      bool some_unknown = a == Truth::unknown || b == Truth::unknown;
      EXPECT_EQ(both(a, b), some_no ? Truth::no : some_unknown ? Truth::unknown : Truth::yes);
      EXPECT_EQ(either(a, b), some_yes ? Truth::yes : some_unknown ? Truth::unknown : Truth::no);
      EXPECT_EQ(opposite(both(a, b)), either(opposite(a), opposite(b))) << "De Morgan";
    }
    EXPECT_EQ(opposite(opposite(a)), a);
  }
}

TEST(Truth, AFactIsThereOrNotOrNotYet) {
  EXPECT_EQ(Fact<int>(7).there(), Truth::yes);
  EXPECT_EQ(Fact<int>(7).value(), 7);
  EXPECT_EQ(Fact<int>::none().there(), Truth::no);
  EXPECT_EQ(Fact<int>::unknown().there(), Truth::unknown);
}

}  // namespace
}  // namespace porthole::match
