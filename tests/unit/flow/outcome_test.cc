// Flow ids as text, and the spellings of ends.
#include "flow/outcome.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

std::string text(std::uint64_t value) {
  char out[FlowId::kTextBytes];
  FlowId{value}.text(out);
  return {out, sizeof out};
}

TEST(FlowId, HasThirteenCharactersAndOrdersAsItsNumber) {
  EXPECT_EQ(text(0), "0000000000000");
  EXPECT_EQ(text(31), "000000000000z");
  EXPECT_EQ(text(32), "0000000000010");
  EXPECT_EQ(text(UINT64_MAX), "fzzzzzzzzzzzz");
  EXPECT_LT(text(1ULL << 40), text((1ULL << 40) + 1));
  EXPECT_LT(text((1ULL << 40) + 1), text(1ULL << 41));
}

TEST(FlowId, UsesNoLetterThatReadsLikeAnother) {
  for (std::uint64_t i = 0; i < 32; ++i) EXPECT_EQ(text(i).find_first_of("ilou"), std::string::npos);
}

TEST(End, EachHasItsOwnSpelling) {
  std::set<std::string_view> seen;
  for (auto end : {End::complete, End::answered, End::tunnelled, End::client_gone, End::upstream_broke, End::timed_out,
                   End::shutdown}) {
    EXPECT_FALSE(end_text(end).empty());
    EXPECT_TRUE(seen.insert(end_text(end)).second);
  }
}

TEST(FlowId, ReadsItsTextBack) {
  for (std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x123456789abcdef}, UINT64_MAX}) {
    char text[FlowId::kTextBytes];
    FlowId{value}.text(text);
    auto parsed = FlowId::parse({text, sizeof text});
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->value, value);
  }
  EXPECT_EQ(FlowId::parse("000000000000A")->value, 10U);
  for (std::string_view bad : {"", "0", "000000000000i", "0000000000000 ", "g000000000000", "00000000000000"})
    EXPECT_FALSE(FlowId::parse(bad)) << bad;
}

}  // namespace
}  // namespace porthole::flow
