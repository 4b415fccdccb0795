// The commands that print: text and exit codes, without a terminal.
#include "app/commands.h"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

Answer ask(std::vector<const char*> words, std::map<std::string, std::string> variables = {}) {
  words.insert(words.begin(), "porthole");
  CommandLine line = parse_command_line(static_cast<int>(words.size()), words.data());
  EXPECT_EQ(line.error, "");
  return answer(line, {line.config_flag, line.flags, std::move(variables)});
}

TEST(Commands, HelpFitsAScreen) {
  for (const char* topic : {"", "flows"}) {
    std::istringstream lines(help_text(topic));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 80U) << line;
    EXPECT_LE(count, 24) << topic;
  }
  EXPECT_NE(help_text("flows").find("porthole flows replay ID"), std::string::npos);
  for (const char* name : {"run", "status", "reload", "stop", "tail", "flows", "explain", "exec", "open", "check",
                           "config", "env", "pac", "limits", "guide", "version"}) {
    EXPECT_NE(help_text("").find(name), std::string::npos) << name;
  }
  for (const Option& option : options()) {
    if (!option.flag.empty()) EXPECT_NE(help_text("").find(option.flag), std::string::npos) << option.flag;
  }
}

TEST(Commands, VersionIsOneLine) {
  EXPECT_EQ(ask({"version"}).out, std::string("porthole ") + PORTHOLE_VERSION + "\n");
}

TEST(Commands, EnvExportsBothCases) {
  EXPECT_EQ(ask({"env"}).out,
            "export http_proxy='http://127.0.0.1:8083'\nexport https_proxy='http://127.0.0.1:8083'\n"
            "export all_proxy='http://127.0.0.1:8083'\nexport no_proxy='localhost,127.0.0.1,::1'\n"
            "export HTTP_PROXY='http://127.0.0.1:8083'\nexport HTTPS_PROXY='http://127.0.0.1:8083'\n"
            "export ALL_PROXY='http://127.0.0.1:8083'\nexport NO_PROXY='localhost,127.0.0.1,::1'\n");
  EXPECT_TRUE(ask({"env", "--shell", "fish"}).out.starts_with("set -gx http_proxy 'http://127.0.0.1:8083'\n"));
  EXPECT_TRUE(ask({"env", "--unset"}).out.starts_with("unset http_proxy\n"));
  EXPECT_TRUE(ask({"env", "--unset", "--shell", "fish"}).out.starts_with("set -e http_proxy\n"));
}

TEST(Commands, EnvLeavesHttpProxyAloneInACgiProgram) {
  EXPECT_EQ(ask({"env"}, {{"REQUEST_METHOD", "GET"}}).out.find("HTTP_PROXY="), std::string::npos);
}

TEST(Commands, EnvNeedsAPortThatIsKnown) {
  Answer said = ask({"env", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(said.exit_code, kFailure);
  EXPECT_EQ(said.out, "");
  EXPECT_NE(said.err.find("--listen ADDRESS:PORT"), std::string::npos);
}

TEST(Commands, PacPrintsTheFileOrOneAnswer) {
  EXPECT_NE(ask({"pac"}).out.find("PROXY 127.0.0.1:8083"), std::string::npos);
  EXPECT_EQ(ask({"pac", "--test", "http://shop.test/"}).out, "PROXY 127.0.0.1:8083\n");
  EXPECT_EQ(ask({"pac", "--test", "http://localhost/"}).out, "DIRECT\n");
  EXPECT_EQ(ask({"pac", "--test", "shop.test"}).exit_code, kUsage);
}

TEST(Commands, ABadConfigurationIs78AndABadFlag2) {
  EXPECT_EQ(ask({"config"}, {{"PORTHOLE_LOG_LEVEL", "loud"}}).exit_code, kBadConfig);
  EXPECT_EQ(ask({"config", "--log-level", "loud"}).exit_code, kUsage);
  EXPECT_EQ(ask({"check", "/nowhere/x.toml"}).exit_code, kBadConfig);
  EXPECT_EQ(ask({"check", "/dev/null"}).out, "/dev/null: good\n");
  EXPECT_EQ(ask({"check"}).exit_code, kOk);
}

}  // namespace
}  // namespace porthole::app
