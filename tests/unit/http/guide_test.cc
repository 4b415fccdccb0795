// The field guide is complete, and says something about everything the program knows by name.
#include "http/guide.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/ascii.h"
#include "base/error.h"
#include "http/field_name.h"
#include "http/method.h"

namespace porthole::http {
namespace {

using Kind = GuideEntry::Kind;

std::map<Kind, int> counts() {
  std::map<Kind, int> all;
  for (const GuideEntry& entry : guide()) ++all[entry.kind];
  return all;
}

TEST(Guide, IsAsLargeAsPromised) {
  EXPECT_GE(counts()[Kind::field], 120);
  EXPECT_GE(counts()[Kind::status], 60);
  EXPECT_EQ(counts()[Kind::method], 9);
  EXPECT_EQ(counts()[Kind::error], static_cast<int>(Token::count_) - 1);
}

TEST(Guide, EveryEntryIsComplete) {
  for (const GuideEntry& entry : guide()) {
    SCOPED_TRACE(entry.name);
    EXPECT_FALSE(entry.name.empty());
    EXPECT_FALSE(entry.note.empty());
    EXPECT_FALSE(entry.clause.empty());
    EXPECT_GE(entry.meaning.size(), 15U);
    EXPECT_TRUE(std::string_view(".!?)").contains(entry.meaning.back()));
    EXPECT_GE(entry.duty.size(), 10U);
    for (std::string_view text : {entry.meaning, entry.duty}) {
      EXPECT_FALSE(text.contains("\n>")) << "two duties";
      EXPECT_FALSE(text.contains(" | ")) << "an empty line is missing before the next entry";
    }
    EXPECT_FALSE(entry.clause.contains('|'));
    if (entry.clause.starts_with("RFC ")) {
      EXPECT_TRUE(entry.clause.contains("§") || entry.clause.contains("Appendix")) << "which section?";
    }
  }
}

TEST(Guide, NoNameStandsTwiceInAnyCase) {
  std::set<std::string> names;
  for (const GuideEntry& entry : guide()) {
    std::string name(entry.name);
    std::ranges::transform(name, name.begin(), ascii::lower);
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Guide, IsAsciiButForTheSectionSign) {
  for (const GuideEntry& entry : guide()) {
    for (std::string_view text : {entry.name, entry.note, entry.meaning, entry.duty}) {
      for (char c : text) EXPECT_TRUE((c >= ' ' && c < '\x7f') || c == '\n') << entry.name;
    }
    std::string clause(entry.clause);
    for (std::size_t at = 0; (at = clause.find("§")) != std::string::npos;) clause.erase(at, 2);
    for (char c : clause) EXPECT_TRUE(c >= ' ' && c < '\x7f') << entry.name;
  }
}

TEST(Guide, FieldsSayWhereTheyAppearAndAreSorted) {
  std::string before;
  for (const GuideEntry& entry : guide()) {
    if (entry.kind != Kind::field) continue;
    EXPECT_TRUE(entry.note == "request" || entry.note == "response" || entry.note == "both") << entry.name;
    std::string name(entry.name);
    std::ranges::transform(name, name.begin(), ascii::lower);
    EXPECT_LT(before, name);
    before = name;
  }
}

TEST(Guide, HasEveryFieldThatIsKnownByName) {
  auto entries = guide();
  for (std::size_t n = 1; n < static_cast<std::size_t>(FieldName::count_); ++n) {
    std::string_view name = field_name_text(static_cast<FieldName>(n));
    const GuideEntry* entry = find_in_guide(entries, name);
    ASSERT_TRUE(entry) << name;
    EXPECT_EQ(entry->kind, Kind::field);
    EXPECT_EQ(entry->name, name);
  }
}

TEST(Guide, HasEveryProxyErrorInOrder) {
  std::size_t token = 0;
  for (const GuideEntry& entry : guide()) {
    if (entry.kind == Kind::error) EXPECT_EQ(entry.name, token_text(static_cast<Token>(++token)));
  }
}

TEST(Guide, HasEveryStatusThatPortholeAnswersWith) {
  auto entries = guide();
  for (const char* status : {"200", "304", "400", "403", "404", "405", "408", "414", "417", "429", "431", "500", "501",
                             "502", "503", "504", "505", "508"}) {
    const GuideEntry* entry = find_in_guide(entries, status);
    ASSERT_TRUE(entry) << status;
    EXPECT_EQ(entry->kind, Kind::status);
  }
}

TEST(Guide, MethodsAgreeWithWhatTheProxyMayRepeat) {
  for (const GuideEntry& entry : guide()) {
    if (entry.kind != Kind::method) continue;
    Method method = method_of(entry.name);
    ASSERT_NE(method, Method::other) << entry.name;
    EXPECT_EQ(!entry.note.contains("not safe"), is_safe(method)) << entry.name;
    EXPECT_EQ(!entry.note.contains("not idempotent"), is_idempotent(method)) << entry.name;
  }
}

TEST(Guide, IsFoundInAnyCaseAndForgivesASlip) {
  auto entries = guide();
  ASSERT_TRUE(find_in_guide(entries, "vIA"));
  EXPECT_EQ(find_in_guide(entries, "vIA")->name, "Via");
  EXPECT_EQ(find_in_guide(entries, "connect")->kind, Kind::method);
  EXPECT_EQ(find_in_guide(entries, "Via "), nullptr);
  EXPECT_EQ(nearest_in_guide(entries, "refferer"), "Referer");
  EXPECT_EQ(nearest_in_guide(entries, "zzzzzzzz"), "");
}

TEST(Guide, ParsesBrokenLinesAndLeavesOutWhatIsNoEntry) {
  auto entries =
      parse_guide("\n# a remark\n\nfield A | both | RFC 1 §2\none\ntwo \"x\".\n> three\n  four.\n\nthing B | c | d\n");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].meaning, "one\ntwo \"x\".");
  EXPECT_EQ(
      guide_json(entries[0]),
      R"({"kind":"field","name":"A","note":"both","clause":"RFC 1 §2","meaning":"one two \"x\".","duty":"three four."})");
}

}  // namespace
}  // namespace porthole::http
