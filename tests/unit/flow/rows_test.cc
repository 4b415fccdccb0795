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

}  // namespace
}  // namespace porthole::flow
