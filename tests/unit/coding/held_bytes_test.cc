// Octets held back until there are enough to tell what begins with them.
#include "coding/held_bytes.h"

#include <gtest/gtest.h>

namespace porthole::coding {
namespace {

TEST(HeldBytes, AreFilledAcrossPieces) {
  HeldBytes<4> held;
  std::string_view first = "ab";
  std::string_view second = "cdef";
  EXPECT_FALSE(held.fill(first, 4));
  EXPECT_TRUE(first.empty());
  EXPECT_TRUE(held.fill(second, 4));
  EXPECT_EQ(second, "ef");
  EXPECT_EQ(held.view(), "abcd");
}

TEST(HeldBytes, AreTakenFromTheFront) {
  HeldBytes<4> held;
  std::string_view input = "abcd";
  held.fill(input, 4);
  held.drop(3);
  EXPECT_EQ(held.view(), "d");
  EXPECT_EQ(held.octet(0), 'd');
  held.drop(1);
  EXPECT_TRUE(held.empty());
}

}  // namespace
}  // namespace porthole::coding
