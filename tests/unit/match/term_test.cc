// Terms know when they are decided, and are compared by what they mean.
#include "match/term.h"

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

TEST(Term, IsDecidedWhenItsKeyIs) {
  EXPECT_EQ(phase_of({.key = Key::client}), Phase::connect);
  EXPECT_EQ(phase_of({.key = Key::host}), Phase::request);
  EXPECT_EQ(phase_of({.key = Key::time}), Phase::end);
  EXPECT_EQ(phase_of({.key = Key::text}), Phase::response) << "a bare word looks at the answer's fields too";
}

TEST(Term, OfIsTheLatestOfItsWordsCounts) {
  EXPECT_EQ(phase_of({.key = Key::is, .patterns = {Flag::tunnel}}), Phase::request);
  EXPECT_EQ(phase_of({.key = Key::is, .patterns = {Flag::tunnel, Flag::ws}}), Phase::response);
}

TEST(Term, WhereItStoodDoesNotCount) {
  Term here{.key = Key::is, .patterns = {Flag::ws}, .offset = 3};
  Term there{.key = Key::is, .patterns = {Flag::ws}, .offset = 9};
  EXPECT_EQ(here, there);
  there.patterns = {Flag::sse};
  EXPECT_NE(here, there);
}

}  // namespace
}  // namespace porthole::match
