// JSON that costs more than it may.
#include "flow/bounded_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace porthole::flow {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(BoundedJson, ReadsWhatIsSmall) {
  EXPECT_EQ(parse_bounded(R"({"a": [1, true, null, "x", 1.5, -2]})", 9)["a"].size(), 6U);
  EXPECT_TRUE(parse_bounded("", 9).is_discarded());
  EXPECT_TRUE(parse_bounded("{", 9).is_discarded());
  EXPECT_TRUE(parse_bounded("1 2", 9).is_discarded());
}

TEST(BoundedJson, CountsValuesAndKeys) {
  EXPECT_FALSE(parse_bounded(R"({"a": 1})", 3).is_discarded());
  EXPECT_TRUE(parse_bounded(R"({"a": 1})", 2).is_discarded());
  std::string many = "[{}";
  for (int i = 0; i < 999; ++i) many += ",{}";
  EXPECT_FALSE(parse_bounded(many + "]", 1001).is_discarded());
  EXPECT_TRUE(parse_bounded(many + "]", 1000).is_discarded());
}

TEST(BoundedJson, EndsWhereItIsTooDeep) {
  EXPECT_FALSE(parse_bounded(nested(kJsonDepthMax), 1000).is_discarded());
  EXPECT_TRUE(parse_bounded(nested(kJsonDepthMax + 1), 1000).is_discarded());
  EXPECT_TRUE(parse_bounded(std::string(32 << 20, '['), 2'000'000).is_discarded());
}

}  // namespace
}  // namespace porthole::flow
