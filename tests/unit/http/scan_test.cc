// Sixteen octets at a time or one by one: the same answer for every octet at every place, and no read beyond the text.
#include "http/scan.h"

#include <vector>

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

// `find(text)` must find exactly the octets for which `matches(octet)`, wherever they stand in texts of any length.
template <class Find, class Matches>
void expect_finds(Find find, Matches matches) {
  for (std::size_t size = 1; size < 40; ++size) {
    std::vector<char> exact(size, 'a');  // a sanitizer sees a read behind its end
    std::string_view text(exact.data(), size);
    EXPECT_EQ(find(text), size);
    for (std::size_t at = 0; at < size; ++at) {
      for (int octet = 0; octet < 256; ++octet) {
        exact[at] = static_cast<char>(octet);
        ASSERT_EQ(find(text), matches(octet) ? at : size) << "octet " << octet << " at " << at << " of " << size;
      }
      exact[at] = 'a';
    }
  }
}

TEST(Scan, FindsOctets) {
  expect_finds([](std::string_view text) { return find_octet(text, 0, ':'); }, [](int c) { return c == ':'; });
  expect_finds([](std::string_view text) { return find_either(text, 0, '/', '?'); },
               [](int c) { return c == '/' || c == '?'; });
}

TEST(Scan, FindsControls) {
  expect_finds([](std::string_view text) { return find_control(text, 0); },
               [](int c) { return c < 0x20 || c == 0x7f; });
}

// RFC 9110 §5.5: HTAB may stand in a value.
TEST(Scan, FindsTheEndOfAValue) {
  expect_finds([](std::string_view text) { return find_value_end(text, 0); },
               [](int c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
  EXPECT_TRUE(is_value("\t\ta\t\xff"));
  EXPECT_TRUE(is_value(""));
  EXPECT_FALSE(is_value("\t\r"));
}

TEST(Scan, FindsWhatNoTargetMayHold) {
  expect_finds([](std::string_view text) { return find_no_target(text, 0); },
               [](int c) { return c <= 0x20 || c >= 0x7f || c == '#' || c == '\\'; });
}

TEST(Scan, BeginsWhereItIsTold) {
  std::string text = ":" + std::string(30, 'a') + ":" + std::string(5, 'a');
  EXPECT_EQ(find_octet(text, 0, ':'), 0u);
  EXPECT_EQ(find_octet(text, 1, ':'), 31u);
  EXPECT_EQ(find_octet(text, 32, ':'), text.size());
  EXPECT_EQ(find_octet(text, text.size(), ':'), text.size());
}

}  // namespace
}  // namespace porthole::http
