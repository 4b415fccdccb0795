// The command line: words to one value, and what is no command line.
#include "app/command_line.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

using Command = CommandLine::Command;

CommandLine parse(std::vector<const char*> words) {
  words.insert(words.begin(), "porthole");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

std::vector<std::string> flag(const CommandLine& line, std::string_view key) {
  for (const FlagValue& value : line.flags) {
    if (value.option->key == key) return value.texts;
  }
  return {};
}
using Texts = std::vector<std::string>;

TEST(CommandLine, RunIsTheDefaultCommand) {
  EXPECT_EQ(parse({}).command, Command::run);
  EXPECT_EQ(parse({"run"}).command, Command::run);
  for (const CommandLine& line : {parse({"--listen", "127.0.0.1:0", "--ready-fd", "3"}),
                                  parse({"run", "--listen", "127.0.0.1:0", "--ready-fd", "3"})}) {
    EXPECT_EQ(line.error, "");
    EXPECT_EQ(flag(line, "proxy.listen"), Texts{"127.0.0.1:0"});
    EXPECT_EQ(line.ready_fd, 3);
  }
}

TEST(CommandLine, ListsRepeatAndOthersKeepTheLast) {
  CommandLine line =
      parse({"run", "--listen", "127.0.0.1:1", "--listen", "[::1]:2", "--log-level", "warn", "--log-level", "debug"});
  EXPECT_EQ(flag(line, "proxy.listen"), (Texts{"127.0.0.1:1", "[::1]:2"}));
  EXPECT_EQ(flag(line, "log.level"), Texts{"debug"});
}

TEST(CommandLine, EachCommandHasItsOwnFlags) {
  EXPECT_EQ(parse({"check", "a.toml"}).check_path, "a.toml");
  EXPECT_TRUE(parse({"config", "--origin"}).origin);
  EXPECT_TRUE(parse({"env", "--unset"}).unset);
  EXPECT_EQ(parse({"env", "--shell", "fish"}).shell, "fish");
  EXPECT_EQ(parse({"pac", "--test", "http://a/"}).test_url, "http://a/");
  EXPECT_EQ(parse({"help", "options"}).help_topic, "options");
  EXPECT_EQ(parse({"flows", "list", "--help"}).help_topic, "flows");
  EXPECT_EQ(parse({"flows", "--help"}).command, Command::help);
  EXPECT_EQ(parse({"config", "--config", "a.toml"}).config_flag, "a.toml");
}

TEST(CommandLine, WhatFollowsTwoDashesIsTheCommandsOwn) {
  CommandLine line =
      parse({"exec", "--allow", "a.test", "--deny-rest", "--allow", "*.b.test", "--", "run", "--help", "--", "{}", ""});
  EXPECT_EQ(line.error, "");
  EXPECT_EQ(line.command, Command::exec);
  EXPECT_EQ(line.allowed_hosts, (Texts{"a.test", "*.b.test"}));
  EXPECT_TRUE(line.deny_rest);
  EXPECT_EQ(line.words, (Texts{"run", "--help", "--", "{}", ""}));
  EXPECT_NE(parse({"exec"}).error, "");
  EXPECT_NE(parse({"exec", "make"}).error, "");
  EXPECT_NE(parse({"exec", "--"}).error, "");
  EXPECT_NE(parse({"exec", "--allow", "a.test", "--", "make"}).error, "") << "nothing would be refused";
  EXPECT_NE(parse({"exec", "--listen", "127.0.0.1:1", "--", "make"}).error, "");
  EXPECT_EQ(parse({"exec", "--help"}).command, Command::help);
}

TEST(CommandLine, OpenTakesABrowserAndItsWords) {
  CommandLine line = parse({"open", "chromium", "--listen", "127.0.0.1:1", "--", "--incognito"});
  EXPECT_EQ(line.error, "");
  EXPECT_EQ(line.command, Command::open);
  EXPECT_EQ(line.browser, "chromium");
  EXPECT_EQ(flag(line, "proxy.listen"), Texts{"127.0.0.1:1"});
  EXPECT_EQ(line.words, Texts{"--incognito"});
  EXPECT_EQ(parse({"open", "firefox"}).error, "");
  EXPECT_NE(parse({"open"}).error, "");
  EXPECT_NE(parse({"open", "netscape"}).error, "");
}

TEST(CommandLine, WhatConcernsTheProxyThatRuns) {
  CommandLine line = parse({"tail", "--json", "host:a.test", "status:5xx"});
  EXPECT_EQ(line.command, Command::tail);
  EXPECT_EQ(line.flow_words, (Texts{"host:a.test", "status:5xx"}));
  EXPECT_TRUE(line.json);
  EXPECT_EQ(parse({"tail", "--", "-status:200"}).flow_words, Texts{"-status:200"});
  EXPECT_TRUE(parse({"status", "--json"}).json);
  EXPECT_EQ(parse({"reload"}).command, Command::reload);
  EXPECT_EQ(parse({"stop"}).command, Command::stop);
  EXPECT_NE(parse({"stop", "now"}).error, "");
}

TEST(CommandLine, RefusesAFlagOrAWordThatDoesNothing) {
  using Words = std::vector<const char*>;
  for (const Words& good :
       {Words{"flows", "list", "--json", "--limit", "3", "--folder", "f", "a", "b"},
        Words{"flows", "find", "--json", "status:500"},
        Words{"flows", "show", "id", "--as", "curl", "--with-secrets", "--config", "c"},
        Words{"flows", "export", "--with-secrets", "--limit", "3", "host:a"},
        Words{"flows", "diff", "a", "b", "--json"}, Words{"flows", "import"}, Words{"flows", "import", "f"},
        Words{"flows", "clear"},
        Words{"flows", "replay", "id", "--json", "-X", "PUT", "-H", "A: b", "-H", "C:", "--data", "@f"}}) {
    EXPECT_EQ(parse(good).error, "") << good[1];
  }
  for (const Words& bad : {Words{"flows", "list", "--as", "curl"},
                           Words{"flows", "list", "--with-secrets"},
                           Words{"flows", "find", "--as", "raw"},
                           Words{"flows", "find", "--with-secrets"},
                           Words{"flows", "show", "id", "--json"},
                           Words{"flows", "show", "id", "--limit", "2"},
                           Words{"flows", "show", "id", "--with-secrets"},
                           Words{"flows", "show"},
                           Words{"flows", "show", "id", "other"},
                           Words{"flows", "diff", "a"},
                           Words{"flows", "diff", "a", "b", "c"},
                           Words{"flows", "diff", "a", "b", "--as", "raw"},
                           Words{"flows", "export", "--json"},
                           Words{"flows", "export", "--as", "curl"},
                           Words{"flows", "import", "f", "--json"},
                           Words{"flows", "import", "f", "--folder", "g"},
                           Words{"flows", "import", "f", "g"},
                           Words{"flows", "clear", "host:a"},
                           Words{"flows", "replay"},
                           Words{"flows", "replay", "id", "other"},
                           Words{"flows", "replay", "id", "--as", "curl"},
                           Words{"flows", "replay", "id", "--folder", "g"},
                           Words{"flows", "show", "id", "-H", "A: b"},
                           Words{"flows", "list", "--data", "x"},
                           Words{"flows", "clear", "--folder", "g"},
                           Words{"flows", "clear", "--limit", "1"},
                           Words{"flows", "clear", "--config", "c"},
                           Words{"explain"},
                           Words{"explain", "id", "other"},
                           Words{"explain", "id", "--json"}}) {
    EXPECT_NE(parse(bad).error, "") << bad[1] << " " << bad.back();
  }
  EXPECT_EQ(parse({"flows", "export", "--json"}).error, "flows: --json does nothing for \"export\"");
  EXPECT_EQ(parse({"flows", "clear", "host:a"}).error, "flows: clear takes no \"host:a\"");
}

TEST(CommandLine, HelpAndVersionHaveManySpellings) {
  for (const char* word : {"help", "--help", "-h"}) EXPECT_EQ(parse({word}).command, Command::help) << word;
  EXPECT_EQ(parse({"run", "--help"}).command, Command::help);
  for (const char* word : {"version", "--version"}) EXPECT_EQ(parse({word}).command, Command::version) << word;
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  for (std::vector<const char*> words : std::vector<std::vector<const char*>>{{"nonsense"},
                                                                              {"--nonsense"},
                                                                              {"run", "--listen"},
                                                                              {"run", "--ready-fd", "x"},
                                                                              {"env", "--shell", "csh"},
                                                                              {"pac", "--origin"},
                                                                              {"run", "--config", ""}}) {
    EXPECT_NE(parse(words).error, "") << words.back();
  }
  EXPECT_EQ(parse({"chekc"}).error, "there is no command \"chekc\"; did you mean \"check\"?");
}

}  // namespace
}  // namespace porthole::app
