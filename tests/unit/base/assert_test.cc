// Our own bugs end the process at once and say where.
#include "base/assert.h"

#include <string>

#include <gtest/gtest.h>

namespace porthole {
namespace {

TEST(AssertDeathTest, NamesTheConditionAndThePlace) {
  EXPECT_DEATH(PH_ASSERT(1 + 1 == 3), "porthole: our bug: 1 \\+ 1 == 3 does not hold at .*assert_test.cc:[0-9]+");
}

TEST(AssertDeathTest, SurvivesALongCondition) {
  std::string condition(5000, 'x');
  EXPECT_DEATH(assert_failed(condition.c_str(), "file", 1), "our bug: xxxx");
}

TEST(Assert, EvaluatesItsConditionOnce) {
  int count = 0;
  PH_ASSERT(++count == 1);
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace porthole
