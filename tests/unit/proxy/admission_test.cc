// Counting connections for the whole process: places come back, clients are told apart, limits may change under way.
#include "proxy/admission.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace porthole::proxy {
namespace {

const IpAddress kOne = IpAddress::of4(192, 0, 2, 1);
const IpAddress kTwo = IpAddress::of4(192, 0, 2, 2);

TEST(Admission, CountsUntilThePlaceIsGivenBack) {
  Admission admission;
  EXPECT_FALSE(admission.full(1));
  {
    Admission::Place place = admission.enter(kOne, 0).place;
    Admission::Place moved = std::move(place);
    EXPECT_EQ(admission.connections(), 1U);
    EXPECT_TRUE(admission.full(1));
    EXPECT_FALSE(admission.full(0)) << "0 is no limit";
    moved = {};
    EXPECT_EQ(admission.connections(), 0U);
  }
  EXPECT_EQ(admission.connections(), 0U);
}

TEST(Admission, HoldsEachClientToItsOwnLimit) {
  Admission admission;
  auto first = admission.enter(kOne, 2);
  auto second = admission.enter(kOne, 2);
  auto third = admission.enter(kOne, 2);
  auto other = admission.enter(kTwo, 2);
  EXPECT_FALSE(second.over);
  EXPECT_TRUE(third.over);
  EXPECT_FALSE(other.over);
  EXPECT_EQ(admission.connections(), 4U) << "a refused one takes a descriptor, too";
  third.place = {};
  EXPECT_TRUE(admission.enter(kOne, 2).over) << "its end frees no place that it did not have";
  first.place = {};
  EXPECT_FALSE(admission.enter(kOne, 2).over);
}

TEST(Admission, AMappedAddressIsTheSameClient) {
  Admission admission;
  auto first = admission.enter(kOne, 1);
  EXPECT_TRUE(admission.enter(*IpAddress::parse("::ffff:192.0.2.1"), 1).over);
}

// A reload sets the limit while connections stand that were not counted: their end must not free what others hold.
TEST(Admission, WhatCameBeforeTheLimitIsNotCountedAgainstIt) {
  Admission admission;
  auto before = admission.enter(kOne, 0);
  auto counted = admission.enter(kOne, 1);
  EXPECT_FALSE(counted.over);
  before.place = {};
  EXPECT_TRUE(admission.enter(kOne, 1).over);
}

TEST(Admission, IsTheSameForAllThreads) {
  Admission admission;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&admission] {
      for (int turn = 0; turn < 2000; ++turn) {
        auto entry = admission.enter(turn % 2 == 0 ? kOne : kTwo, 3);
        auto again = admission.enter(kOne, 3);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admission.connections(), 0U);
  auto first = admission.enter(kOne, 1);
  EXPECT_FALSE(first.over);
}

}  // namespace
}  // namespace porthole::proxy
