// `porthole guide`: three pages against their goldens, and what holds for all of them.
#include "app/guide_page.h"

#include <sstream>

#include <gtest/gtest.h>

#include "http/guide.h"
#include "support/golden.h"

namespace porthole::app {
namespace {

std::size_t columns(std::string_view line) {
  std::size_t count = 0;
  for (char c : line) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return count;
}

void expect_fits(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(columns(line), 80U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST(GuidePage, PrintsItsGoldens) {
  test::check_golden(PORTHOLE_SOURCE_DIR "/tests/golden/app/guide.md", "words", [](const test::GoldenInput& input) {
    std::istringstream words(input.input);
    GuideQuestion question;
    for (std::string word; words >> word;) question.words.push_back(word);
    Answer said = guide_answer(question);
    return said.out + said.err;
  });
}

TEST(GuidePage, EveryPageAndTheListFit80Columns) {
  GuideQuestion all;
  expect_fits(guide_answer(all).out);
  for (const http::GuideEntry& entry : http::guide()) all.words.emplace_back(entry.name);
  Answer said = guide_answer(all);
  EXPECT_EQ(said.exit_code, kOk);
  expect_fits(said.out);
}

TEST(GuidePage, TheListNamesEveryEntry) {
  std::string list = guide_answer({}).out;
  for (const http::GuideEntry& entry : http::guide()) EXPECT_NE(list.find(entry.name), std::string::npos) << entry.name;
}

TEST(GuidePage, AnUnknownWordIsAUsageErrorWithASuggestion) {
  Answer said = guide_answer({.words = {"via", "refferer"}});
  EXPECT_EQ(said.exit_code, kUsage);
  EXPECT_TRUE(said.out.starts_with("Via\n"));
  EXPECT_EQ(said.err, "porthole: the guide has no \"refferer\"; did you mean \"Referer\"?\n");
  EXPECT_EQ(guide_answer({.words = {"zzzzzzzz"}}).err,
            "porthole: the guide has no \"zzzzzzzz\"; try: porthole guide\n");
}

TEST(GuidePage, ColoursOnlyWhenAsked) {
  EXPECT_EQ(guide_answer({.words = {"via"}}).out.find('\x1b'), std::string::npos);
  EXPECT_TRUE(guide_answer({.words = {"via"}, .colour = true}).out.starts_with("\x1b[1mVia\x1b[0m\n"));
  EXPECT_EQ(guide_answer({.words = {"via"}, .json = true, .colour = true}).out.find('\x1b'), std::string::npos);
}

TEST(GuidePage, JsonIsAnArrayOfTheEntriesAskedFor) {
  std::string one = guide_answer({.words = {"502"}, .json = true}).out;
  EXPECT_TRUE(one.starts_with("[\n{\"kind\":\"status\",\"name\":\"502\",\"note\":\"Bad Gateway\",")) << one;
  EXPECT_TRUE(one.ends_with("\"}\n]\n"));
  EXPECT_GT(guide_answer({.json = true}).out.size(), 40'000U);
}

}  // namespace
}  // namespace porthole::app
