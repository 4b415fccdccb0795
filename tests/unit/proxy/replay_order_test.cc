// One word goes from the worker to who asked, from thread to thread.
#include "proxy/replay_order.h"

#include <thread>

#include <gtest/gtest.h>

namespace porthole::proxy {
namespace {

TEST(ReplayOrder, TellsOnceWhatCameOfIt) {
  auto [order, ticket] = ReplayOrder::place({7}, "bytes");
  EXPECT_EQ(order.of().value, 7U);
  EXPECT_EQ(order.take_bytes(), "bytes");
  EXPECT_FALSE(ticket->look());
  order.begun({9});
  order.failed(not_sent("later"));
  EXPECT_EQ(ticket->look()->value().value, 9U);
}

TEST(ReplayOrder, AnOrderThatIsLetFallIsAnswered) {
  auto [first, ticket] = ReplayOrder::place({}, "a");
  auto [second, other] = ReplayOrder::place({}, "b");
  { ReplayOrder moved = std::move(first); }
  EXPECT_EQ(ticket->look()->error().status, 503);
  { second = ReplayOrder::place({}, "c").order; }
  EXPECT_EQ(other->look()->error().status, 503);
}

TEST(ReplayOrder, KnowsThatItWasTakenBack) {
  auto [order, ticket] = ReplayOrder::place({}, "a");
  EXPECT_FALSE(order.taken_back());
  ticket.reset();
  EXPECT_TRUE(order.taken_back());
  order.begun({1});  // nobody is told
}

TEST(ReplayOrder, CrossesThreads) {
  for (int round = 0; round < 50; ++round) {
    auto placed = ReplayOrder::place({}, "bytes");
    std::thread worker([order = std::move(placed.order), round]() mutable {
      if (round % 2 == 0) order.begun({42});
      else order.failed(not_sent("no"));
    });
    std::optional<Result<flow::FlowId>> came;
    while (!came) {
      came = placed.ticket->look();
      std::this_thread::yield();
    }
    placed.ticket.reset();
    worker.join();
    if (round % 2 == 0) EXPECT_EQ(came->value().value, 42U);
    else EXPECT_STREQ(came->error().detail, "no");
  }
}

}  // namespace
}  // namespace porthole::proxy
