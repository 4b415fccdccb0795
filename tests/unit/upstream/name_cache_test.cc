// Answers by name: until when, under which spelling, and which leaves first.
#include "upstream/name_cache.h"

#include <gtest/gtest.h>

namespace porthole::upstream {
namespace {

constexpr Instant kNow{std::chrono::hours(1)};
constexpr Duration kSecond = std::chrono::seconds(1);

Resolver::Answer answer(const char* ip) {
  Addresses addresses;
  addresses.list.push_back(*IpAddress::parse(ip));
  return std::make_shared<const Addresses>(std::move(addresses));
}

std::string text(const Resolver::Answer* found) {
  if (!found) return "nothing";
  return *found ? (**found)->list.front().text() : "error";
}

TEST(NameKey, IsLowerCaseWithoutTheFinalDot) {
  EXPECT_EQ(NameKey("WWW.Shop.Test.").view(), "www.shop.test");
  EXPECT_EQ(NameKey("a..").view(), "a.");
  EXPECT_EQ(NameKey(std::string(253, 'A') + ".").view(), std::string(253, 'a'));
}

TEST(NameKey, RefusesWhatIsNoName) {
  EXPECT_FALSE(NameKey("").valid());
  EXPECT_FALSE(NameKey(".").valid());
  EXPECT_FALSE(NameKey(std::string(254, 'a')).valid());
}

TEST(NameCache, KeepsAnAnswerUntilItsTimeIsOver) {
  NameCache cache(10);
  cache.store("a.test", answer("10.0.0.1"), kNow, kNow + kSecond);
  EXPECT_EQ(text(cache.find("a.test", kNow)), "10.0.0.1");
  EXPECT_EQ(text(cache.find("a.test", kNow + kSecond - Duration(1))), "10.0.0.1");
  EXPECT_EQ(text(cache.find("a.test", kNow + kSecond)), "nothing");
  EXPECT_EQ(cache.size(), 0u);
}

TEST(NameCache, KeepsErrorsToo) {
  NameCache cache(10);
  cache.store("a.test", fail(Error{.token = Token::dns_error}), kNow, kNow + kSecond);
  EXPECT_EQ(text(cache.find("a.test", kNow)), "error");
}

TEST(NameCache, KeepsNothingWithoutTime) {
  NameCache cache(10);
  cache.store("a.test", answer("10.0.0.1"), kNow, kNow);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(NameCache, ReplacesAnAnswer) {
  NameCache cache(10);
  cache.store("a.test", answer("10.0.0.1"), kNow, kNow + kSecond);
  cache.store("a.test", answer("10.0.0.2"), kNow, kNow + kSecond);
  EXPECT_EQ(text(cache.find("a.test", kNow)), "10.0.0.2");
  cache.store("a.test", answer("10.0.0.3"), kNow, kNow);  // an answer that may not be kept removes the old one
  EXPECT_EQ(text(cache.find("a.test", kNow)), "nothing");
}

TEST(NameCache, DropsTheNameAskedLongestAgo) {
  NameCache cache(2);
  cache.store("a.test", answer("10.0.0.1"), kNow, kNow + kSecond);
  cache.store("b.test", answer("10.0.0.2"), kNow, kNow + kSecond);
  cache.find("a.test", kNow);
  cache.store("c.test", answer("10.0.0.3"), kNow, kNow + kSecond);
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(text(cache.find("a.test", kNow)), "10.0.0.1");
  EXPECT_EQ(text(cache.find("b.test", kNow)), "nothing");
  EXPECT_EQ(text(cache.find("c.test", kNow)), "10.0.0.3");
}

TEST(NameCache, MayBeTurnedOff) {
  NameCache cache(0);
  cache.store("a.test", answer("10.0.0.1"), kNow, kNow + kSecond);
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace porthole::upstream
