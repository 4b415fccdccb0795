// One thread asks, another does.
#include "app/operations_desk.h"

#include <semaphore>
#include <thread>

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

using End = control::Reloaded::End;

class OperationsDeskTest : public testing::Test {
 protected:
  // What `reload()` says, asked in another thread, while this one does `act` once it was woken.
  control::Reloaded reload(const std::function<void()>& act) {
    control::Reloaded said;
    std::thread admin([&] { said = desk_.reload(); });
    woken_.acquire();
    act();
    admin.join();
    return said;
  }
  std::counting_semaphore<8> woken_{0};
  OperationsDesk desk_{[this] { woken_.release(); }};
};

TEST_F(OperationsDeskTest, WhoAsksForAReloadHearsWhatCameOfIt) {
  auto said = reload([&] { desk_.take().reload->set_value({End::bad_config, "line 1"}); });
  EXPECT_EQ(said.end, End::bad_config);
  EXPECT_EQ(said.why, "line 1");
}

TEST_F(OperationsDeskTest, WhatIsTakenIsGone) {
  desk_.stop();
  EXPECT_TRUE(woken_.try_acquire());
  EXPECT_TRUE(desk_.take().stop);
  OperationsDesk::Asked again = desk_.take();
  EXPECT_FALSE(again.stop);
  EXPECT_FALSE(again.reload);
}

TEST_F(OperationsDeskTest, WhoWaitsIsToldThatItEnds) {
  EXPECT_EQ(reload([&] { desk_.close(); }).why, "it is ending");
  EXPECT_EQ(desk_.reload().why, "it is ending") << "and so is who comes later";
  EXPECT_EQ(desk_.reload().end, End::failed);
}

TEST_F(OperationsDeskTest, AReloadThatWasTakenAndNotDoneIsToldSo) {
  EXPECT_EQ(reload([&] { (void)desk_.take(); }).why, "it is ending");
}

}  // namespace
}  // namespace porthole::app
