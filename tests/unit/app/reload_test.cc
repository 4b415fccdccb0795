// What a new configuration changes, as a plan.
#include "app/reload.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

using Keys = std::vector<std::string>;

TEST(Reload, NothingChangedIsAnEmptyPlan) {
  ReloadPlan plan = plan_reload({}, {});
  EXPECT_TRUE(plan.changed.empty());
  EXPECT_TRUE(plan.listeners.add.empty() && plan.listeners.remove.empty());
  EXPECT_FALSE(plan.access_log || plan.resolver);
}

TEST(Reload, EachKindOfChangeIsSeen) {
  Settings after;
  after.listen = {*Endpoint::parse("127.0.0.1:8083"), *Endpoint::parse("127.0.0.1:9000")};
  after.access_log = {flow::LogFormat::json, "/l"};
  after.resolve.ipv6 = false;
  after.proxy.timeouts.head = std::chrono::seconds(3);
  ReloadPlan plan = plan_reload({}, after);
  EXPECT_EQ(plan.listeners.add, std::vector{*Endpoint::parse("127.0.0.1:9000")});
  EXPECT_EQ(plan.listeners.remove, std::vector{*Endpoint::parse("[::1]:8083")});
  EXPECT_TRUE(plan.access_log);
  EXPECT_TRUE(plan.resolver);
  EXPECT_EQ(plan.changed, (Keys{"proxy.listen", "observe.access_log", "resolve.ipv6", "timeouts.head"}));
  EXPECT_TRUE(plan.after_restart.empty());
}

TEST(Reload, WhatOnlyARestartChangesIsNamedAndKept) {
  Settings before, after;
  after.workers = 7;
  after.observe.reset();
  after.log_to = "/var/log/porthole.log";
  after.log_level = LogLevel::debug;
  EXPECT_EQ(plan_reload(before, after).after_restart, (Keys{"proxy.workers", "observe.listen", "log.to"}));
  Settings applied = applicable(before, after);
  EXPECT_EQ(applied.workers, before.workers);
  EXPECT_EQ(applied.observe, before.observe);
  EXPECT_EQ(applied.log_to, before.log_to);
  EXPECT_EQ(applied.log_level, LogLevel::debug);
}

}  // namespace
}  // namespace porthole::app
