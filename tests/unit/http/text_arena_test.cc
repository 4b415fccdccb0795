// Texts of an arena stay where they are until clear(), however many there are.
#include "http/text_arena.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

TEST(TextArena, JoinsPieces) {
  TextArena arena;
  EXPECT_EQ(arena.join({"Via: ", "1.1", "", " me"}), "Via: 1.1 me");
  EXPECT_EQ(arena.join({}), "");
  EXPECT_EQ(arena.copy("x"), "x");
}

TEST(TextArena, ViewsStayValidWhenItGrows) {
  TextArena arena;
  std::vector<std::string_view> views;
  for (int i = 0; i < 1000; ++i)
    views.push_back(arena.copy(std::to_string(i) + std::string(static_cast<std::size_t>(i), 'x')));
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(views[static_cast<std::size_t>(i)].starts_with(std::to_string(i)));
}

TEST(TextArena, ClearKeepsTheFirstChunk) {
  TextArena arena;
  const char* first = arena.copy("a").data();
  arena.allocate(100000);
  arena.clear();
  EXPECT_EQ(arena.copy("b").data(), first);
}

}  // namespace
}  // namespace porthole::http
