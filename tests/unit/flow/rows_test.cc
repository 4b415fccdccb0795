// The newest flows in memory.
#include "flow/rows.h"

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

Row row(std::uint64_t flow, std::string_view target) {
  Row row;
  row.flow = {flow};
  row.status = 200;
  row.method = "GET";
  row.host = "h";
  row.target = target;
  return row;
}

TEST(Rows, GivesTheNewestFirst) {
  Rows rows(8, 1_KiB);
  for (std::uint64_t i = 1; i <= 3; ++i) rows.add(row(i, std::string(i, 'x')));
  auto newest = rows.newest(2);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].flow.value, 3U);
  EXPECT_EQ(newest[0].target, "xxx");
  EXPECT_EQ(newest[1].target, "xx");
  EXPECT_EQ(newest[1].method, "GET");
  EXPECT_EQ(newest[1].status, 200U);
}

TEST(Rows, ForgetsTheOldestByCountAndByBytes) {
  Rows few(4, 1_MiB);
  for (std::uint64_t i = 1; i <= 10; ++i) few.add(row(i, "/"));
  EXPECT_EQ(few.size(), 4U);
  Rows small(1000, 1_KiB);
  for (std::uint64_t i = 1; i <= 500; ++i) {
    small.add(row(i, std::string(i % 300, static_cast<char>('a' + i % 26))));
    for (const Row& one : small.newest(1000)) {
      std::uint64_t k = one.flow.value;
      ASSERT_EQ(one.target, std::string(k % 300, static_cast<char>('a' + k % 26)));
    }
  }
  EXPECT_GE(small.size(), 2U);
}

TEST(Row, IsNotReadFromAnythingElse) {
  Row row;
  EXPECT_FALSE(row.read(""));
  EXPECT_FALSE(row.read(std::string(200, '\xff')));
}

TEST(Rows, UpdatesARowWhereItIs) {
  Rows rows(8, 1_KiB);
  Row open = row(1, "/a");
  open.open = true;
  auto number = rows.add(open);
  rows.add(row(2, "/b"));
  Row ended = row(1, "/other");
  ended.status = 404;
  ended.content_type = "text/html";
  EXPECT_TRUE(rows.update(number, ended));
  auto newest = rows.newest(8);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[1].flow.value, 1U);
  EXPECT_EQ(newest[1].status, 404U);
  EXPECT_EQ(newest[1].target, "/a");  // as it was told first
  EXPECT_EQ(newest[1].content_type, "text/html");
  EXPECT_FALSE(newest[1].open);
  for (std::uint64_t i = 3; i < 20; ++i) rows.add(row(i, "/"));
  EXPECT_FALSE(rows.update(number, ended));
  EXPECT_EQ(rows.find({19})->flow.value, 19U);
  EXPECT_FALSE(rows.find({1}));
}

TEST(Rows, TellsWhatChangedSinceEachOnce) {
  Rows rows(8, 1_KiB);
  EXPECT_EQ(rows.seq(), 0U);
  auto first = rows.add(row(1, "/a"));
  rows.add(row(2, "/b"));
  auto changes = rows.changes_since(0, 100);
  EXPECT_EQ(changes.rows.size(), 2U);
  EXPECT_FALSE(changes.resync);
  EXPECT_TRUE(rows.changes_since(changes.seq, 100).rows.empty());
  rows.update(first, row(1, "/a"));
  rows.update(first, row(1, "/a"));
  rows.add(row(3, "/c"));
  auto later = rows.changes_since(changes.seq, 100);
  ASSERT_EQ(later.rows.size(), 2U);
  EXPECT_EQ(later.rows[0].flow.value, 1U);
  EXPECT_EQ(later.rows[1].flow.value, 3U);
}

TEST(Rows, TellsChangesInPortions) {
  Rows rows(64, 64_KiB);
  for (std::uint64_t i = 1; i <= 50; ++i) rows.add(row(i, "/"));
  std::uint64_t seq = 0, expected = 1;
  bool more = true;
  for (int portions = 0; more; ++portions) {
    ASSERT_LT(portions, 10);
    auto changes = rows.changes_since(seq, 7);
    for (const Row& one : changes.rows) EXPECT_EQ(one.flow.value, expected++);
    seq = changes.seq;
    more = changes.more;
  }
  EXPECT_EQ(expected, 51U);
}

TEST(Rows, AsksWhoIsTooLateToReadAPageAgain) {
  Rows rows(8, 1_KiB);
  for (std::uint64_t i = 1; i <= 9; ++i) rows.add(row(i, "/"));
  EXPECT_TRUE(rows.changes_since(0, 100).resync);
  EXPECT_FALSE(rows.changes_since(1, 100).resync);
  EXPECT_TRUE(rows.changes_since(10, 100).resync);  // of another run
  EXPECT_EQ(rows.changes_since(1, 100).rows.size(), 8U);
}

TEST(Rows, GivesPagesOfThoseThatAreWanted) {
  Rows rows(64, 64_KiB);
  for (std::uint64_t i = 1; i <= 50; ++i) rows.add(row(i, "/"));
  auto even = [](const Row& one) { return one.flow.value % 2 == 0; };
  auto page = rows.page({.most = 3, .wanted = even});
  ASSERT_EQ(page.rows.size(), 3U);
  EXPECT_EQ(page.rows[0].flow.value, 50U);
  EXPECT_EQ(page.rows[2].flow.value, 46U);
  EXPECT_TRUE(page.more);
  page = rows.page({.before = {46}, .most = 100, .wanted = even});
  EXPECT_EQ(page.rows.front().flow.value, 44U);
  EXPECT_EQ(page.rows.size(), 22U);
  EXPECT_FALSE(page.more);
  EXPECT_TRUE(rows.page({.before = {99}, .wanted = even}).rows.empty());
  page = rows.page({.skip = 2, .most = 2, .wanted = even});
  EXPECT_EQ(page.rows.front().flow.value, 46U);
  EXPECT_TRUE(page.more);
  EXPECT_FALSE(rows.page({.skip = 23, .most = 2, .wanted = even}).more);
}

TEST(Rows, CountsWhatIsWantedWhateverThePageShows) {
  Rows rows(2000, 64_KiB);
  for (std::uint64_t i = 1; i <= 1000; ++i) rows.add(row(i, "/"));
  auto even = [](const Row& one) { return one.flow.value % 2 == 0; };
  EXPECT_EQ(rows.page({.most = 3, .count = true, .wanted = even}).total, 500U);
  EXPECT_EQ(rows.page({.before = {10}, .most = 3, .count = true, .wanted = even}).total, 500U);
  EXPECT_EQ(rows.page({.before = {10}, .most = 3, .count = true, .wanted = even}).rows.front().flow.value, 8U);
  EXPECT_EQ(rows.page({.most = 3, .count = true}).total, 1000U);
}

TEST(Rows, SayWhichChangeBroughtARow) {
  Rows rows(8, 1_KiB);
  rows.add(row(1, "/"));
  auto number = rows.add(row(2, "/"));
  rows.update(number, row(2, "/"));
  auto changes = rows.changes_since(1, 10);
  ASSERT_EQ(changes.rows.size(), 1U);
  EXPECT_EQ(changes.rows[0].added, 2U);
  EXPECT_EQ(changes.rows[0].seq, 3U);
}

TEST(Rows, KeepsTellingTypesApartUpToALimit) {
  Rows rows(8, 1_KiB);
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    Row one = row(i, "/");
    std::string type = "x/" + std::to_string(i);
    one.content_type = type;
    rows.add(one);
    bool told_apart = i <= Rows::kTypesMax - 2;
    EXPECT_EQ(rows.newest(1)[0].content_type, told_apart ? type : "") << i;
    EXPECT_EQ(rows.newest(1)[0].type_unknown, !told_apart) << i;
  }
  rows.clear();
  Row one = row(1, "/");
  one.content_type = "x/new";
  rows.add(one);
  EXPECT_EQ(rows.newest(1)[0].content_type, "x/new") << "a list that was cleared begins anew";
}

TEST(Rows, ABoundaryMakesNoTypeOfItsOwn) {
  Rows rows(8, 1_KiB);
  Row one = row(1, "/");
  one.content_type = "multipart/form-data; boundary=1f3b";
  rows.add(one);
  EXPECT_EQ(rows.newest(1)[0].content_type, "multipart/form-data");
}

TEST(Rows, HaveNumbersThatPagesCanEndAt) {
  Rows rows(4, 1_KiB);
  for (std::uint64_t i = 0; i < 6; ++i) rows.add(row(i + 1, "/"));
  auto page = rows.page({.below = 4, .most = 9});
  EXPECT_EQ(page.first, 2U);
  EXPECT_EQ(page.next, 6U);
  EXPECT_EQ(page.total, 2U);
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[0].number, 3U);
  EXPECT_EQ(page.rows[0].flow.value, 4U);
  EXPECT_EQ(page.rows[1].number, 2U);
  EXPECT_EQ(rows.page({.below = 1, .most = 9}).total, 0U);
  EXPECT_EQ(rows.changes_since(5, 9).first, 2U);
  EXPECT_EQ(rows.at(5)->flow.value, 6U);
  EXPECT_FALSE(rows.at(1));
  EXPECT_FALSE(rows.at(6));
}

}  // namespace
}  // namespace porthole::flow
