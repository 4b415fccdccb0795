// The table of words: found in any case, and the documentation holds it as it is.
#include "match/key.h"

#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

TEST(Key, IsFoundInAnyCase) {
  EXPECT_EQ(find_key("Host")->key, Key::host);
  EXPECT_EQ(find_key("hosts"), nullptr);
  EXPECT_EQ(find_key(""), nullptr);
}

TEST(Key, AHeaderKeyIsFollowedByAFieldName) {
  EXPECT_EQ(find_key("header.Accept")->key, Key::header);
  EXPECT_EQ(find_key("response-header.x")->key, Key::response_header);
  EXPECT_EQ(find_key("header."), nullptr);
  EXPECT_EQ(find_key("header"), nullptr);
}

TEST(Key, EachWordIsThereOnceAndHasItsExample) {
  std::set<std::string_view> words;
  for (const KeyRow& row : key_table()) {
    EXPECT_TRUE(words.insert(row.word).second) << row.word;
    EXPECT_TRUE(row.example.starts_with(row.word)) << row.word;
    EXPECT_FALSE(row.meaning.empty()) << row.word;
  }
  for (const FlagRow& row : flag_table()) EXPECT_EQ(find_flag(row.word), &row);
  EXPECT_EQ(find_flag("nothing"), nullptr);
}

TEST(Key, TheGoldenTablesAreInTheDocumentation) {
  std::ostringstream page;
  page << std::ifstream(PORTHOLE_SOURCE_DIR "/docs/user/match-language.md").rdbuf();
  for (const std::string& table : {key_table_markdown(), flag_table_markdown()}) {
    EXPECT_NE(page.view().find("\n\n" + table), std::string_view::npos) << "docs/user/match-language.md must hold:\n"
                                                                        << table;
  }
}

}  // namespace
}  // namespace porthole::match
