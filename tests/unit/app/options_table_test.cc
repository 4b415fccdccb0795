// The table itself: each option is complete, and its key, variable and flag are its own.
#include "app/options_table.h"

#include <set>

#include <gtest/gtest.h>

#include "app/option_value.h"

namespace porthole::app {
namespace {

TEST(OptionsTable, KeysVariablesAndFlagsAreUniqueAndWellFormed) {
  std::set<std::string> seen;
  for (const Option& option : options()) {
    EXPECT_EQ(option.key, std::string(option.table()) + "." + std::string(option.name()));
    EXPECT_EQ(option.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), std::string_view::npos)
        << option.key;
    EXPECT_TRUE(seen.insert(std::string(option.key)).second) << option.key;
    EXPECT_TRUE(seen.insert(option.variable()).second) << option.key;
    if (!option.flag.empty()) EXPECT_TRUE(seen.insert(std::string(option.flag)).second) << option.flag;
    EXPECT_FALSE(option.help.empty()) << option.key;
    EXPECT_NE(option.help.back(), '.') << option.key;
    EXPECT_EQ(find_option(option.key), &option);
  }
  EXPECT_EQ(find_option("proxy.nothing"), nullptr);
}

TEST(OptionsTable, OptionsOfOneTableStandTogether) {
  std::set<std::string_view> closed;
  std::string_view open;
  for (const Option& option : options()) {
    if (option.table() == open) continue;
    EXPECT_TRUE(closed.insert(option.table()).second) << option.table() << " is in two places";
    open = option.table();
  }
}

TEST(OptionsTable, VariablesAreSpelledFromTheKey) {
  EXPECT_EQ(find_option("log.level")->variable(), "PORTHOLE_LOG_LEVEL");
  EXPECT_EQ(find_option("timeouts.idle_client")->variable(), "PORTHOLE_TIMEOUTS_IDLE_CLIENT");
}

// The contract with DESIGN.md §7.
TEST(OptionsTable, DefaultsAreTheBudgets) {
  const Settings defaults;
  auto is = [&](std::string_view key, std::string_view toml) {
    EXPECT_EQ(toml_of(*find_option(key), defaults), toml) << key;
  };
  is("proxy.listen", R"(["127.0.0.1:8083", "[::1]:8083"])");
  is("observe.listen", R"("127.0.0.1:8085")");
  is("observe.access_log", R"("off")");
  is("capture.on", "true");
  is("capture.keep", R"("1 GiB")");
  is("capture.body_limit", R"("8 MiB")");
  is("limits.head_bytes", R"("64 KiB")");
  is("limits.fields", "200");
  is("limits.target_bytes", R"("16 KiB")");
  is("limits.body_buffer", R"("256 KiB")");
  is("timeouts.head", R"("10s")");
  is("timeouts.idle_client", R"("1m")");
  is("timeouts.connect", R"("5s")");
  is("timeouts.response_head", R"("1m")");
  is("timeouts.response_body", R"("5m")");
  is("timeouts.idle_tunnel", R"("10m")");
  is("timeouts.half_closed", R"("1m")");
  is("timeouts.drain", R"("30s")");
}

}  // namespace
}  // namespace porthole::app
