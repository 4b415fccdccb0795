// Fields of a head as a Subject shows them.
#include "match/subject.h"

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

struct Equals final : Probe {
  explicit Equals(std::string_view wanted) : wanted_(wanted) {}
  bool operator()(std::string_view text) const override { return text == wanted_; }
  std::string_view only() const override { return wanted_; }
  std::string_view wanted_;
};

TEST(Subject, AnyFieldOfThatNameOrOfAllNames) {
  http::Fields fields;
  fields.add("Accept", "text/html");
  fields.add("X-A", "1");
  fields.add("x-a", "2");
  EXPECT_TRUE(any_field(fields, "x-a", Equals("2")));
  EXPECT_FALSE(any_field(fields, "accept", Equals("2")));
  EXPECT_TRUE(any_field(fields, "", Equals("text/html")));
  EXPECT_FALSE(any_field({}, "", Equals("")));
}

}  // namespace
}  // namespace porthole::match
