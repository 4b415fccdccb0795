// Few edits, the right ones, and as unified hunks. `a` and `b` are words here: each letter is an element.
#include "flow/line_diff.h"

#include <string>

#include <gmock/gmock.h>

#include "base/random.h"

namespace porthole::flow {
namespace {

std::vector<std::string_view> letters(const std::string& word) {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i < word.size(); ++i) all.push_back(std::string_view(word).substr(i, 1));
  return all;
}

// "a-b+c": b removed, c added.
std::string written(const std::string& a, const std::string& b) {
  std::string text;
  for (const Edit& edit : edits_between(letters(a), letters(b))) {
    if (edit.kind == Edit::Kind::removed) text += '-';
    if (edit.kind == Edit::Kind::added) text += '+';
    text += edit.kind == Edit::Kind::added ? b[edit.b] : a[edit.a];
  }
  return text;
}

// The size of the shortest script, by the table that every textbook has.
std::size_t fewest(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      common[i][j] = a[i - 1] == b[j - 1] ? common[i - 1][j - 1] + 1 : std::max(common[i - 1][j], common[i][j - 1]);
    }
  }
  return a.size() + b.size() - 2 * common[a.size()][b.size()];
}

TEST(LineDiff, NamesWhatChanged) {
  EXPECT_EQ(written("abc", "abc"), "abc");
  EXPECT_EQ(written("", ""), "");
  EXPECT_EQ(written("", "ab"), "+a+b");
  EXPECT_EQ(written("ab", ""), "-a-b");
  EXPECT_EQ(written("abc", "axc"), "a-b+xc");
  EXPECT_EQ(written("abxyc", "abc"), "ab-x-yc");
  EXPECT_EQ(written("abc", "xyz"), "-a-b-c+x+y+z") << "removed first";
}

TEST(LineDiff, LeadsFromOneToTheOtherInTheFewestSteps) {
  SeededRandom random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string words[2];
    for (std::string& word : words) {
      for (std::uint64_t left = random.next() % 12; left > 0; --left)
        word += static_cast<char>('a' + static_cast<char>(random.next() % 3));
    }
    const auto& [a, b] = words;
    std::string from, to;
    std::size_t steps = 0;
    for (const Edit& edit : edits_between(letters(a), letters(b))) {
      ASSERT_EQ(edit.a, from.size());
      ASSERT_EQ(edit.b, to.size());
      if (edit.kind != Edit::Kind::added) from += a[edit.a];
      if (edit.kind != Edit::Kind::removed) to += b[edit.b];
      steps += edit.kind == Edit::Kind::same ? 0 : 1;
    }
    ASSERT_EQ(from, a);
    ASSERT_EQ(to, b);
    ASSERT_EQ(steps, fewest(a, b)) << a << " " << b;
  }
}

TEST(LineDiff, WhatDiffersTooMuchIsReplacedAsAWhole) {
  std::string a = "begin" + std::string(2 * kEditsMax, 'a') + "end", b = "begin" + std::string(kEditsMax, 'b') + "end";
  auto edits = edits_between(letters(a), letters(b));
  ASSERT_EQ(edits.size(), a.size() + kEditsMax);
  EXPECT_EQ(edits[4].kind, Edit::Kind::same);
  EXPECT_EQ(edits[5].kind, Edit::Kind::removed);
  EXPECT_EQ(edits[5 + 2 * kEditsMax].kind, Edit::Kind::added);
  EXPECT_EQ(edits[5 + 3 * kEditsMax].kind, Edit::Kind::same);
}

TEST(LineDiff, LinesKeepTheirEnds) {
  EXPECT_THAT(lines_of("a\r\n\nb"), testing::ElementsAre("a\r\n", "\n", "b"));
  EXPECT_THAT(lines_of(""), testing::IsEmpty());
}

TEST(LineDiff, HunksAreChangesWithWhatStandsAround) {
  std::string a = "0123456789abcdefghij", b = "0123X56789abcdefghiYj";
  auto hunks = hunks_of(edits_between(letters(a), letters(b)), 2);
  ASSERT_EQ(hunks.size(), 2U);
  EXPECT_EQ(hunks[0].a_first, 3U);
  EXPECT_EQ(hunks[0].a_lines, 5U);
  EXPECT_EQ(hunks[0].b_lines, 5U);
  EXPECT_EQ(hunks[1].a_first, 18U);
  EXPECT_EQ(hunks[1].a_lines, 3U);
  EXPECT_EQ(hunks[1].b_lines, 4U);
  EXPECT_EQ(hunks_of(edits_between(letters(a), letters(b)), 7).size(), 1U) << "they touch";
  EXPECT_EQ(hunks_of(edits_between({}, letters("x")))[0].a_first, 0U);
  EXPECT_TRUE(hunks_of(edits_between(letters(a), letters(a))).empty());
}

}  // namespace
}  // namespace porthole::flow
