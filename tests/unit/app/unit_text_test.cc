// Durations and sizes as text: both directions, and what is refused.
#include "app/unit_text.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

using namespace std::chrono_literals;

TEST(UnitText, ReadsDurations) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("10 m"), 10min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  EXPECT_EQ(parse_duration("250us"), 250us);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(UnitText, ReadsSizes) {
  EXPECT_EQ(parse_size("64 KiB"), 64_KiB);
  EXPECT_EQ(parse_size("64KiB"), 64_KiB);
  EXPECT_EQ(parse_size("1 GiB"), 1_GiB);
  EXPECT_EQ(parse_size("2 MB"), 2'000'000U);
  EXPECT_EQ(parse_size("17 B"), 17U);
}

TEST(UnitText, RefusesWhatIsNoAmountWithAUnit) {
  for (const char* text :
       {"", "10", "s", "-1s", "1.5s", "10 parsecs", "10S", "1h 30m", " 10s", "99999999999999999999d", "9999999999d"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
  for (const char* text :
       {"", "10", "KiB", "-1 KiB", "1.5 KiB", "64 kib", "99999999999999999999 GiB", "99999999 TiB"}) {
    EXPECT_FALSE(parse_size(text).has_value()) << text;
  }
}

TEST(UnitText, SaysWhatIsWrong) {
  EXPECT_NE(parse_duration("10").error().find("unit is missing"), std::string::npos);
  EXPECT_NE(parse_duration("10 parsecs").error().find("unknown unit \"parsecs\""), std::string::npos);
  EXPECT_NE(parse_size("99999999 TiB").error().find("too large"), std::string::npos);
}

TEST(UnitText, PrintsInTheLargestWholeUnitAndReadsItBack) {
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(10min), "10m");
  EXPECT_EQ(duration_text(1500ms), "1500ms");
  EXPECT_EQ(duration_text(0s), "0s");
  EXPECT_EQ(size_text(64_KiB), "64 KiB");
  EXPECT_EQ(size_text(1000), "1000 B");
  EXPECT_EQ(size_text(0), "0 B");
  for (Duration one : {Duration(1h), Duration(61s), Duration(7ms), Duration(3us), Duration(48h)}) {
    EXPECT_EQ(parse_duration(duration_text(one)), one);
  }
  for (ByteCount one : {ByteCount{1}, ByteCount{1023}, 1_KiB, 3_MiB, 5_GiB + 1})
    EXPECT_EQ(parse_size(size_text(one)), one);
}

}  // namespace
}  // namespace porthole::app
