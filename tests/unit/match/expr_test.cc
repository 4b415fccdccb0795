// An expression as others hold it: what it needs, which term is too early, its one text.
#include "match/expr.h"

#include <gtest/gtest.h>

#include "support/told_subject.h"

namespace porthole::match {
namespace {

Expr expr(std::string_view text) { return *Expr::parse(text); }

TEST(Expr, OfAnEmptyTextMatchesEverything) {
  EXPECT_TRUE(Expr().matches(test::ToldSubject()));
  EXPECT_EQ(expr("  "), Expr());
  EXPECT_EQ(Expr().needs(), Phase::connect);
}

TEST(Expr, NeedsTheLatestOfItsTerms) {
  EXPECT_EQ(expr("client:10.0.0.0/8").needs(), Phase::connect);
  EXPECT_EQ(expr("host:a -path:/b").needs(), Phase::request);
  EXPECT_EQ(expr("host:a or (b is:tunnel)").needs(), Phase::response) << "a bare word";
  EXPECT_EQ(expr("body:x").needs(), Phase::body);
  EXPECT_EQ(expr("time>1s host:a").needs(), Phase::end);
}

// DESIGN.md §6: terms that need what has not happened yet are refused when a rule is loaded.
TEST(Expr, NamesTheTermThatIsTooEarly) {
  Expr early = expr("host:a status:5xx time>1s");
  const Term* term = early.first_beyond(Phase::request);
  ASSERT_NE(term, nullptr);
  EXPECT_EQ(term->key, Key::status);
  EXPECT_EQ(term->offset, 7U);
  EXPECT_EQ(early.first_beyond(Phase::end), nullptr);
}

TEST(Expr, HasOneText) {
  EXPECT_EQ(expr("not (a) AND b").text(), "-a b");
  EXPECT_EQ(expr(expr("not (a) AND b").text()), expr("not (a) AND b"));
  EXPECT_NE(expr("a"), expr("b"));
}

TEST(Expr, IsDecidedFromThePhaseOnThatItNeeds) {
  test::ToldSubject call = test::failing_call();
  for (std::string_view text :
       {"host:*", "status:4xx", "coupon", "-body:coupon", "is:ws", "is:pending", "list:x or user:*"}) {
    for (call.seen = expr(text).needs(); call.seen < Phase::end;
         call.seen = static_cast<Phase>(static_cast<int>(call.seen) + 1)) {
      EXPECT_NE(expr(text).test(call), Truth::unknown) << text << " at " << phase_text(call.seen);
    }
  }
}

TEST(Expr, AFaultIsAFault) { EXPECT_EQ(Expr::parse("hots:a").error().suggestion, "host"); }

}  // namespace
}  // namespace porthole::match
