// The layers: which value wins, where it came from, which file is read.
#include "app/configuration.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "app/option_value.h"

namespace porthole::app {
namespace {

class ConfigurationLayers : public testing::Test {
 protected:
  ConfigurationLayers() {
    char name[] = "/tmp/porthole-configuration-XXXXXX";
    dir_ = ::mkdtemp(name);
    path_ = dir_ + "/porthole.toml";
    around_.config_flag = path_;
  }
  ~ConfigurationLayers() override {
    ::unlink(path_.c_str());
    ::rmdir(dir_.c_str());
  }
  void write(std::string_view text) { std::ofstream(path_) << text; }
  void flag(std::string_view key, std::vector<std::string> texts) {
    around_.flags.push_back({find_option(key), std::move(texts)});
  }
  std::vector<std::string> complaints() {
    std::vector<std::string> all;
    for (const Complaint& complaint : load_configuration(around_).complaints) all.push_back(complaint.text());
    return all;
  }
  std::string dir_, path_;
  Surroundings around_;
};

TEST_F(ConfigurationLayers, FlagsBeatVariablesBeatTheFileBeatsDefaults) {
  write("[log]\nlevel = \"error\"\n[proxy]\nname = \"from-file\"\nworkers = 3\n");
  around_.variables = {{"PORTHOLE_LOG_LEVEL", "warn"}, {"PORTHOLE_PROXY_WORKERS", "5"}};
  flag("log.level", {"debug"});
  Configuration configuration = load_configuration(around_);
  ASSERT_TRUE(configuration.good());
  auto origin = [&](std::string_view key) { return configuration.origin(*find_option(key)).text(); };
  EXPECT_EQ(configuration.settings.log_level, LogLevel::debug);
  EXPECT_EQ(origin("log.level"), "--log-level");
  EXPECT_EQ(configuration.settings.workers, 5U);
  EXPECT_EQ(origin("proxy.workers"), "PORTHOLE_PROXY_WORKERS");
  EXPECT_EQ(configuration.settings.proxy.name, "from-file");
  EXPECT_EQ(origin("proxy.name"), path_ + ":4:1");
  EXPECT_EQ(origin("timeouts.head"), "default");
}

TEST_F(ConfigurationLayers, ListsOfFlagsReplaceTheFilesList) {
  write("[proxy]\nlisten = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\n");
  flag("proxy.listen", {"127.0.0.1:3", "[::1]:4,[::1]:5"});
  EXPECT_EQ(words_of(*find_option("proxy.listen"), load_configuration(around_).settings),
            (std::vector<std::string>{"127.0.0.1:3", "[::1]:4", "[::1]:5"}));
}

TEST_F(ConfigurationLayers, ABadValueIsSaidWithItsPlaceInEveryLayer) {
  write("[timeouts]\nhead = \"10 parsecs\"\n[proxy]\nlisten = [\"127.0.0.1:1\",\n  \"here\"]\n");
  around_.variables = {{"PORTHOLE_LOG_LEVEL", "loud"}};
  flag("proxy.workers", {"many"});
  auto all = complaints();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_TRUE(all[0].starts_with(path_ + ":2:8: timeouts.head: \"10 parsecs\": unknown unit")) << all[0];
  EXPECT_TRUE(all[1].starts_with(path_ + ":5:3: proxy.listen: \"here\": expected an address")) << all[1];
  EXPECT_TRUE(all[2].starts_with("PORTHOLE_LOG_LEVEL: log.level: \"loud\": expected one of")) << all[2];
  EXPECT_TRUE(all[3].starts_with("--workers: proxy.workers: \"many\": expected a whole number")) << all[3];
}

TEST_F(ConfigurationLayers, OnlyABadFlagIsMisuse) {
  write("[timeouts]\nhead = \"10\"\n");
  EXPECT_FALSE(load_configuration(around_).misused());
  flag("proxy.workers", {"many"});
  EXPECT_TRUE(load_configuration(around_).misused());
}

TEST_F(ConfigurationLayers, AConflictIsSaidWhereTheOptionWasGiven) {
  write("[proxy]\nvia = true\nlisten = [\"0.0.0.0:8083\"]\n");
  auto all = complaints();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].starts_with(path_ + ":3:1: proxy.listen: 0.0.0.0:8083 can be reached from other machines"))
      << all[0];
  EXPECT_NE(all[0].find("clients = ["), std::string::npos) << "the cure is in the message";
  write("");
  flag("proxy.listen", {"0.0.0.0:8083"});
  Configuration configuration = load_configuration(around_);
  ASSERT_EQ(configuration.complaints.size(), 1U);
  EXPECT_TRUE(configuration.complaints[0].text().starts_with("--listen: proxy.listen: 0.0.0.0:8083"));
  EXPECT_FALSE(configuration.misused()) << "78, not 2: the flag is well formed";
}

TEST_F(ConfigurationLayers, AConflictWithADefaultIsSaidWhereTheOtherHalfWasGiven) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"\n[limits]\nhead_bytes = \"2 KiB\"\n", ":3:1: limits.target_bytes: the target is a part of the head"},
      {"[resolve]\nttl_max = \"1s\"\n", ":2:1: resolve.negative_ttl: at most resolve.ttl_max"},
      {"[proxy]\nlisten = [\"127.0.0.1:8085\"]\n", ":2:1: observe.listen: 127.0.0.1:8085 is the proxy's own address"},
  };
  for (const auto& [file, complaint] : kCases) {
    write(file);
    auto all = complaints();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].starts_with(path_ + std::string(complaint))) << all[0];
  }
}

TEST_F(ConfigurationLayers, AVariableThatIsNearlyOursIsRemarked) {
  write("");
  around_.variables = {
      {"PORTHOLE_LOG_LEVLE", "debug"}, {"PORTHOLE_PORT", "tcp://10.0.0.1:80"}, {"PORTHOLE_CONFIG", ""}};
  Configuration configuration = load_configuration(around_);
  EXPECT_TRUE(configuration.good());
  ASSERT_EQ(configuration.remarks.size(), 1U);
  EXPECT_NE(configuration.remarks[0].find("did you mean PORTHOLE_LOG_LEVEL?"), std::string::npos);
}

TEST_F(ConfigurationLayers, WhatConfigPrintsIsWhatCheckAccepts) {
  write(
      "[observe]\naccess_log = { format = \"combined\", to = \"/a \\\"b\\\"\" }\n[proxy]\nconnect_ports = [\"any\"]\n");
  Configuration first = load_configuration(around_);
  for (bool with_origins : {false, true}) {
    write(configuration_text(first, with_origins));
    Configuration second = check_file(path_);
    ASSERT_TRUE(second.good()) << second.complaints[0].text();
    for (const Option& option : options()) EXPECT_EQ(toml_of(option, second.settings), toml_of(option, first.settings));
    write(
        "[observe]\naccess_log = { format = \"combined\", to = \"/a \\\"b\\\"\" }\n[proxy]\nconnect_ports = "
        "[\"any\"]\n");
  }
}

TEST(ConfigurationFile, IsLookedForInOrder) {
  Surroundings around;
  auto all_exist = [](const std::string&) { return true; };
  auto none_exists = [](const std::string&) { return false; };
  EXPECT_EQ(find_config_file(around, none_exists), "");
  EXPECT_EQ(find_config_file(around, all_exist), "/etc/porthole/porthole.toml");
  around.variables["HOME"] = "/home/u";
  EXPECT_EQ(find_config_file(around, all_exist), "/home/u/.config/porthole/porthole.toml");
  around.variables["XDG_CONFIG_HOME"] = "/xdg";
  EXPECT_EQ(find_config_file(around, all_exist), "/xdg/porthole/porthole.toml");
  around.variables["PORTHOLE_CONFIG"] = "/named";
  EXPECT_EQ(find_config_file(around, none_exists), "/named") << "a named file must exist: reading it will complain";
  around.config_flag = "/flag";
  EXPECT_EQ(find_config_file(around, none_exists), "/flag");
}

}  // namespace
}  // namespace porthole::app
