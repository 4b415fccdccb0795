// Opening listeners and planning what a reload does to them.
#include "app/listeners.h"

#include <cerrno>

#include <gtest/gtest.h>
#include <unistd.h>

namespace porthole::app {
namespace {

const Endpoint kAnyPort = *Endpoint::parse("127.0.0.1:0");

TEST(Listeners, AllSocketsOfAnAddressShareThePortOfTheFirst) {
  auto address = open_listener(kAnyPort, 3, "--listen");
  ASSERT_TRUE(address.has_value());
  ASSERT_EQ(address->sockets.size(), 3U);
  EXPECT_NE(address->bound.port, 0);
  EXPECT_EQ(address->asked, kAnyPort);
  for (const io::ListenSocket& socket : address->sockets) EXPECT_EQ(socket.local(), address->bound);
}

TEST(Listeners, ABusyPortNamesItsHolderAndTheWayOut) {
  auto first = open_listener(kAnyPort, 1, "--listen");
  ASSERT_TRUE(first.has_value());
  auto second = open_listener(first->bound, 1, "--listen");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().os_errno, EADDRINUSE);
  const std::string& what = second.error().what;
  EXPECT_NE(what.find(first->bound.text()), std::string::npos) << what;
  EXPECT_NE(what.find("(process " + std::to_string(::getpid()) + ")"), std::string::npos) << what;
  EXPECT_NE(what.find("--listen 127.0.0.1:0"), std::string::npos) << what;
}

TEST(Listeners, OurOwnPortMayBeSharedDuringAReload) {
  auto first = open_listener(kAnyPort, 1, "proxy.listen");
  ASSERT_TRUE(first.has_value());
  Endpoint everywhere{.ip = IpAddress::of4(0, 0, 0, 0), .port = first->bound.port};
  EXPECT_TRUE(overlap(everywhere, first->bound));
  EXPECT_FALSE(overlap(first->bound, first->bound)) << "the same address twice is a mistake, not an overlap";
  EXPECT_TRUE(open_listener(everywhere, 1, "proxy.listen", true).has_value());
}

TEST(Listeners, AnAddressOfAnotherMachineIsSaidSo) {
  auto address = open_listener(*Endpoint::parse("192.0.2.1:0"), 1, "--listen");
  ASSERT_FALSE(address.has_value());
  EXPECT_EQ(address.error().os_errno, EADDRNOTAVAIL);
  EXPECT_EQ(address.error().what, "cannot listen on 192.0.2.1:0: this machine does not have that address");
}

TEST(Listeners, AReloadTouchesOnlyWhatChanged) {
  Endpoint a = *Endpoint::parse("127.0.0.1:1"), b = *Endpoint::parse("127.0.0.1:2"),
           c = *Endpoint::parse("127.0.0.1:3");
  ListenPlan plan = plan_listeners({a, b}, {b, c});
  EXPECT_EQ(plan.add, std::vector{c});
  EXPECT_EQ(plan.remove, std::vector{a});
  ListenPlan same = plan_listeners({a, b}, {b, a});
  EXPECT_TRUE(same.add.empty() && same.remove.empty());
  ListenPlan free = plan_listeners({kAnyPort, kAnyPort}, {kAnyPort});
  EXPECT_TRUE(free.add.empty());
  EXPECT_EQ(free.remove, std::vector{kAnyPort}) << "one of the two goes";
}

}  // namespace
}  // namespace porthole::app
