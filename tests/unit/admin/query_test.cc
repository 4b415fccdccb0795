// Targets of the API taken apart.
#include "admin/query.h"

#include <gtest/gtest.h>

namespace porthole::admin {
namespace {

TEST(Query, TakesATargetApart) {
  Query query("/api/flows?filter=status%3A5xx+host:a%26b&limit=20&secrets=1");
  EXPECT_EQ(query.path(), "/api/flows");
  EXPECT_EQ(query.text("filter"), "status:5xx host:a&b");
  EXPECT_EQ(query.number("limit"), 20U);
  EXPECT_TRUE(query.flag("secrets"));
  EXPECT_FALSE(query.flag("decoded"));
}

TEST(Query, AWordWithoutValueIsAFlag) {
  Query query("/a?x&y=&z=0&=1&&v=false");
  EXPECT_TRUE(query.flag("x"));
  EXPECT_TRUE(query.flag("y"));
  EXPECT_FALSE(query.flag("z"));
  EXPECT_FALSE(query.flag("v"));
  EXPECT_EQ(query.get("x"), "");
}

TEST(Query, TheFirstOfANameCounts) { EXPECT_EQ(Query("/?a=1&a=2").text("a"), "1"); }

TEST(Query, WhatIsNoEscapeStays) { EXPECT_EQ(Query("/?a=%zz%2%%41%").text("a"), "%zz%2%A%"); }

TEST(Query, WhatIsNoNumberIsAbsent) {
  EXPECT_EQ(Query("/?a=x").number("a"), std::nullopt);
  EXPECT_EQ(Query("/?a=-1").number("a"), std::nullopt);
  EXPECT_EQ(Query("/?a=99999999999999999999").number("a"), std::nullopt);
  EXPECT_EQ(Query("/").number("a"), std::nullopt);
}

}  // namespace
}  // namespace porthole::admin
