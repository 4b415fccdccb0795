// Links that live in their members: linking, unlinking and dying in any order.
#include "base/intrusive_list.h"

#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace porthole {
namespace {

struct Item : Link {
  explicit Item(int n) : number(n) {}
  int number;
};

std::vector<int> numbers(List<Item>& list) {
  std::vector<int> found;
  if (list.empty()) return found;
  for (Item* item = &list.front(); item; item = list.after(*item)) found.push_back(item->number);
  return found;
}

TEST(List, KeepsTheOrderOfBothEnds) {
  List<Item> list;
  Item a(1), b(2), c(3);
  list.push_back(b);
  list.push_back(c);
  list.push_front(a);
  EXPECT_EQ(numbers(list), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(list.front().number, 1);
  EXPECT_EQ(list.back().number, 3);
  EXPECT_EQ(list.pop_front()->number, 1);
  EXPECT_FALSE(a.linked());
}

TEST(List, LosesMembersThatDie) {
  List<Item> list;
  Item a(1), c(3);
  list.push_back(a);
  {
    Item b(2);
    list.push_back(b);
    list.push_back(c);
  }
  EXPECT_EQ(numbers(list), (std::vector<int>{1, 3}));
}

TEST(List, LeavesItsMembersUnlinkedWhenItDies) {
  Item a(1), b(2);
  {
    List<Item> list;
    list.push_back(a);
    list.push_back(b);
  }
  EXPECT_FALSE(a.linked());
  EXPECT_FALSE(b.linked());
  List<Item> other;
  other.push_back(a);
  EXPECT_EQ(numbers(other), (std::vector<int>{1}));
}

TEST(List, UnlinkingTwiceDoesNothing) {
  List<Item> list;
  Item a(1);
  list.push_back(a);
  a.unlink();
  a.unlink();
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(List, TakesAllOfAnotherBehindItsOwn) {
  List<Item> list, other;
  Item a(1), b(2), c(3), d(4);
  list.push_back(a);
  other.push_back(b);
  other.push_back(c);
  list.take_all(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(numbers(list), (std::vector<int>{1, 2, 3}));
  list.take_all(other);
  EXPECT_EQ(numbers(list), (std::vector<int>{1, 2, 3}));
  other.push_back(d);
  EXPECT_EQ(numbers(other), (std::vector<int>{4}));
  List<Item> third;
  third.take_all(list);
  EXPECT_EQ(numbers(third), (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace porthole
