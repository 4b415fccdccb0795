// Numbers with units: what they mean, what is refused, and that they are written as they are read.
#include "match/quantity.h"

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

std::uint64_t value(Kind kind, std::string_view text) {
  auto interval = parse_quantity(kind, Comparison::equal, text);
  EXPECT_TRUE(interval) << text << ": " << interval.error();
  return interval ? interval->low : 0;
}
bool refused(Kind kind, std::string_view text) { return !parse_quantity(kind, Comparison::equal, text); }
std::string rewritten(Kind kind, std::string_view text) {
  return quantity_text(kind, *parse_quantity(kind, Comparison::equal, text));
}

TEST(Quantity, SizesInPowersOf1000And1024) {
  EXPECT_EQ(value(Kind::bytes, "0"), 0U);
  EXPECT_EQ(value(Kind::bytes, "100"), 100U);
  EXPECT_EQ(value(Kind::bytes, "100B"), 100U);
  EXPECT_EQ(value(Kind::bytes, "100k"), 100'000U);
  EXPECT_EQ(value(Kind::bytes, "100KB"), 100'000U);
  EXPECT_EQ(value(Kind::bytes, "64KiB"), 65'536U);
  EXPECT_EQ(value(Kind::bytes, "1.5M"), 1'500'000U);
  EXPECT_EQ(value(Kind::bytes, "2GiB"), 2'147'483'648U);
}

TEST(Quantity, TimesNeedAUnit) {
  EXPECT_EQ(value(Kind::duration, "500ms"), 500'000'000U);
  EXPECT_EQ(value(Kind::duration, "1.5s"), 1'500'000'000U);
  EXPECT_EQ(value(Kind::duration, "2min"), 120'000'000'000U);
  EXPECT_EQ(value(Kind::duration, "2m"), 120'000'000'000U);
  EXPECT_EQ(value(Kind::duration, "250us"), 250'000U);
  EXPECT_EQ(parse_quantity(Kind::duration, Comparison::more, "500").error(), "needs a unit: us, ms, s, min or h");
}

TEST(Quantity, WhatIsNoNumberInRangeIsRefused) {
  for (std::string_view text : {"", "k", "-1", "1.2.3", "1.", ".5", "1.5", "0.0001k", "9223372036854775808",
                                "9223372036854775807k", "1x", "1 k", "0x10", "1.55555555555G"}) {
    EXPECT_TRUE(refused(Kind::bytes, text)) << text;
  }
  EXPECT_TRUE(refused(Kind::number, "65536"));
  EXPECT_TRUE(refused(Kind::number, "80k"));
}

TEST(Quantity, StatusClasses) {
  Interval hundred = *parse_quantity(Kind::status, Comparison::equal, "5xx");
  EXPECT_TRUE(hundred.contains(500) && hundred.contains(599));
  EXPECT_FALSE(hundred.contains(499) || hundred.contains(600));
  Interval ten = *parse_quantity(Kind::status, Comparison::equal, "40X");
  EXPECT_TRUE(ten.contains(409) && !ten.contains(410));
  for (std::string_view text : {"xxx", "x", "5x", "5x5", "5xxx", "xx5", "5xy"}) {
    EXPECT_TRUE(refused(Kind::status, text)) << text;
  }
  EXPECT_FALSE(parse_quantity(Kind::status, Comparison::at_least, "5xx"));
  EXPECT_TRUE(refused(Kind::number, "8xx")) << "ports have no classes";
}

TEST(Quantity, ComparisonsHaveTheirBordersRight) {
  auto contains = [](Comparison comparison, std::uint64_t number) {
    return parse_quantity(Kind::number, comparison, "80")->contains(number);
  };
  EXPECT_TRUE(contains(Comparison::less, 79) && !contains(Comparison::less, 80));
  EXPECT_TRUE(contains(Comparison::at_most, 80) && !contains(Comparison::at_most, 81));
  EXPECT_TRUE(contains(Comparison::more, 81) && !contains(Comparison::more, 80));
  EXPECT_TRUE(contains(Comparison::at_least, 80) && !contains(Comparison::at_least, 79));
  EXPECT_TRUE(contains(Comparison::equal, 80) && !contains(Comparison::equal, 79));
  EXPECT_EQ(parse_quantity(Kind::bytes, Comparison::less, "0").error(), "nothing is less than 0");
}

TEST(Quantity, WrittenInTheLargestUnitThatFits) {
  EXPECT_EQ(rewritten(Kind::bytes, "100000"), "100k");
  EXPECT_EQ(rewritten(Kind::bytes, "1024"), "1KiB");
  EXPECT_EQ(rewritten(Kind::bytes, "1.5M"), "1500k");
  EXPECT_EQ(rewritten(Kind::bytes, "0k"), "0");
  EXPECT_EQ(rewritten(Kind::duration, "0ms"), "0s");
  EXPECT_EQ(rewritten(Kind::duration, "90s"), "90s");
  EXPECT_EQ(rewritten(Kind::duration, "120m"), "2h");
  EXPECT_EQ(rewritten(Kind::status, "5XX"), "5xx");
  EXPECT_EQ(rewritten(Kind::status, "0xx"), "0xx");
  EXPECT_EQ(rewritten(Kind::status, "00x"), "00x");
  EXPECT_EQ(rewritten(Kind::status, "04x"), "04x");
  EXPECT_EQ(rewritten(Kind::status, "50x"), "50x");
  EXPECT_EQ(rewritten(Kind::status, "0404"), "404");
}

TEST(Quantity, ReadingWhatWasWrittenGivesTheSame) {
  for (Kind kind : {Kind::number, Kind::status, Kind::bytes, Kind::duration}) {
    for (Comparison comparison :
         {Comparison::equal, Comparison::less, Comparison::at_most, Comparison::more, Comparison::at_least}) {
      for (std::string_view digits : {"1", "7", "60", "404", "1000", "1024", "65535"}) {
        std::string text = std::string(digits) + (kind == Kind::duration ? "ms" : "");
        Interval interval = *parse_quantity(kind, comparison, text);
        EXPECT_EQ(*parse_quantity(kind, comparison, quantity_text(kind, interval)), interval) << text;
      }
    }
  }
}

}  // namespace
}  // namespace porthole::match
