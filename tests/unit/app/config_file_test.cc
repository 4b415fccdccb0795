// The file reader: every mistake is found and said with file, line and column.
#include "app/config_file.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

std::vector<std::string> complaints(std::string_view text) {
  std::vector<std::string> all;
  for (const Complaint& complaint : ConfigFile::parse(text, "p.toml").complaints) all.push_back(complaint.text());
  return all;
}

TEST(ConfigFile, SaysWhereAndWhat) {
  const struct {
    std::string_view text;
    std::string_view complaint;
  } kCases[] = {
      {"[proxy]\ntimeout = 1", "p.toml:2:1: unknown key \"timeout\" in [proxy]; did you mean the table \"timeouts\"?"},
      {"[proxy]\nlissten = []", "p.toml:2:1: unknown key \"lissten\" in [proxy]; did you mean \"listen\"?"},
      {"[proxy]\nhead = \"1s\"", "p.toml:2:1: unknown key \"head\" in [proxy]; did you mean \"head\" in [timeouts]?"},
      {"[proxy]\ncolour = 1", "p.toml:2:1: unknown key \"colour\" in [proxy]"},
      {"[prxy]\nvia = true", "p.toml:1:2: unknown table \"prxy\"; did you mean \"proxy\"?"},
      {"via = true", "p.toml:1:1: unknown key \"via\"; did you mean \"via\" in [proxy]?"},
      {"proxy = 1", "p.toml:1:1: \"proxy\" is a table: write [proxy] and its keys below"},
      {"[proxy]\nvia = \"yes\"", "p.toml:2:7: proxy.via: expected true or false (true or false)"},
      {"[timeouts]\nhead = 10", "p.toml:2:8: timeouts.head: expected a text such as \"10s\" (duration)"},
      {"[limits]\nfields = \"200\"", "p.toml:2:10: limits.fields: expected a whole number (number)"},
      {"[limits]\nfields = 1.5", "p.toml:2:10: limits.fields: expected a whole number (number)"},
      {"[proxy]\nlisten = \"127.0.0.1:1\"",
       "p.toml:2:10: proxy.listen: expected a list such as [\"...\"] (list of addresses)"},
      {"[proxy]\nlisten = [\"127.0.0.1:1\", true]",
       "p.toml:2:26: proxy.listen: expected texts in the list (list of addresses)"},
      {"[observe]\naccess_log = { fromat = \"json\" }",
       "p.toml:2:16: unknown key \"fromat\" in observe.access_log; did you mean \"format\"?"},
      {"[observe]\naccess_log = 1",
       "p.toml:2:14: observe.access_log: expected { format = \"json\", to = \"stdout\" } or \"off\" (access log)"},
      {"[observe]\naccess_log = { format = 1 }", "p.toml:2:25: observe.access_log: expected a text (access log)"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(complaints(test.text), std::vector<std::string>{std::string(test.complaint)}) << test.text;
  }
}

TEST(ConfigFile, ASyntaxErrorHasItsPlace) {
  auto all = complaints("[proxy]\nlisten = [\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].starts_with("p.toml:")) << all[0];
  EXPECT_FALSE(complaints("[proxy]\nvia = true\nvia = false").empty()) << "a key given twice";
}

TEST(ConfigFile, FindsEveryMistakeInTheOrderOfTheFile) {
  auto all = complaints("[proxy]\nvai = true\n[timeouts]\nhaed = \"1s\"\n[limits]\nfields = \"x\"\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].starts_with("p.toml:2:1:"));
  EXPECT_TRUE(all[1].starts_with("p.toml:4:1:"));
  EXPECT_TRUE(all[2].starts_with("p.toml:6:10:"));
}

TEST(ConfigFile, GivesWordsWithTheirPlaces) {
  ConfigFile file = ConfigFile::parse("[proxy]\nlisten = [\"a\",\n  \"b\"]\nclients = []\n", "p.toml");
  ASSERT_TRUE(file.complaints.empty());
  ASSERT_EQ(file.assignments.size(), 2U);
  const Assignment& clients =
      file.assignments[0].option->name() == "clients" ? file.assignments[0] : file.assignments[1];
  const Assignment& listen = file.assignments[0].option->name() == "listen" ? file.assignments[0] : file.assignments[1];
  EXPECT_EQ(listen.words, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(listen.origin.text(), "p.toml:2:1");
  EXPECT_EQ(listen.places[1].text(), "p.toml:3:3");
  EXPECT_TRUE(clients.words.empty());
  EXPECT_EQ(clients.places.size(), 1U);
}

TEST(ConfigFile, AnAccessLogIsATableOrAText) {
  for (const char* text :
       {"[observe]\naccess_log = { format = \"squid\", to = \"/l\" }", "[observe]\naccess_log = \"squid:/l\"",
        "[observe.access_log]\nformat = \"squid\"\nto = \"/l\""}) {
    ConfigFile file = ConfigFile::parse(text, "p.toml");
    ASSERT_TRUE(file.complaints.empty()) << text;
    EXPECT_EQ(file.assignments[0].words, (std::vector<std::string>{"squid", "/l"})) << text;
  }
  ConfigFile half = ConfigFile::parse("[observe]\naccess_log = { to = \"/l\" }", "p.toml");
  EXPECT_EQ(half.assignments[0].words, (std::vector<std::string>{"json", "/l"})) << "json is the default format";
}

TEST(ConfigFile, AFileThatCannotBeReadIsNamed) {
  ConfigFile missing = ConfigFile::read("/nowhere/porthole.toml");
  ASSERT_EQ(missing.complaints.size(), 1U);
  EXPECT_EQ(missing.complaints[0].text(), "/nowhere/porthole.toml: cannot be read: No such file or directory");
  ConfigFile folder = ConfigFile::read("/tmp");
  ASSERT_EQ(folder.complaints.size(), 1U);
  EXPECT_EQ(folder.complaints[0].text(), "/tmp: cannot be read: Is a directory");
  EXPECT_TRUE(ConfigFile::read("/dev/null").complaints.empty()) << "an empty file is a good one";
}

}  // namespace
}  // namespace porthole::app
