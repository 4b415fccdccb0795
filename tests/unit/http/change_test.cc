// Every kind of change has facts that a person can read: the lens, `explain` and the documentation print them.
#include "http/change.h"

#include <set>

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

TEST(Change, EveryKindHasAnIdentifierOfItsOwnAndAClause) {
  std::set<std::string_view> names;
  for (int kind = 0; kind < static_cast<int>(ChangeKind::count_); ++kind) {
    const ChangeFacts& facts = facts_of(static_cast<ChangeKind>(kind));
    EXPECT_TRUE(names.insert(facts.name).second) << facts.name;
    EXPECT_EQ(facts.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string_view::npos)
        << facts.name;
    EXPECT_TRUE(facts.clause.starts_with("RFC 91")) << facts.name;
    EXPECT_FALSE(facts.what.ends_with('.')) << facts.name;
    EXPECT_TRUE(facts.why.ends_with('.')) << facts.name;
  }
}

TEST(Change, FactsStandInTheOrderOfTheKinds) {
  EXPECT_EQ(facts_of(ChangeKind::target_to_origin_form).name, "target_to_origin_form");
  EXPECT_EQ(facts_of(ChangeKind::via_added).name, "via_added");
  EXPECT_EQ(facts_of(ChangeKind::max_forwards_decremented).name, "max_forwards_decremented");
  EXPECT_EQ(facts_of(ChangeKind::tolerated_obs_fold).name, "tolerated_obs_fold");
  EXPECT_EQ(facts_of(ChangeKind::chunked_by_us).name, "chunked_by_us");
}

}  // namespace
}  // namespace porthole::http
