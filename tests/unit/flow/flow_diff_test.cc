// Two flows beside each other.
#include "flow/flow_diff.h"

#include <gmock/gmock.h>

#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using Kind = DiffLine::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<DiffLine> diff(std::string_view a, std::string_view b) {
  RecordedHead head_a{.text = std::string(a)}, head_b{.text = std::string(b)};
  return head_diff(&head_a, &head_b);
}

TEST(HeadDiff, PlacesDoNotCountNorDoesTheCaseOfNames) {
  EXPECT_THAT(diff("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n", "GET / HTTP/1.1\r\nb:2\r\nA:  1\r\n\r\n"),
              ElementsAre(DiffLine{Kind::same, "GET / HTTP/1.1", "GET / HTTP/1.1"},
                          DiffLine{Kind::same, "A: 1", "A:  1"}, DiffLine{Kind::same, "B: 2", "b:2"}));
}

TEST(HeadDiff, SaysWhatIsNewGoneAndDifferent) {
  EXPECT_THAT(
      diff("GET /a HTTP/1.1\r\nA: 1\r\nB: 2\r\n\r\n", "GET /b HTTP/1.1\r\nB: 3\r\nC: 4\r\n\r\n"),
      ElementsAre(DiffLine{Kind::changed, "GET /a HTTP/1.1", "GET /b HTTP/1.1"}, DiffLine{Kind::removed, "A: 1", ""},
                  DiffLine{Kind::changed, "B: 2", "B: 3"}, DiffLine{Kind::added, "", "C: 4"}));
}

TEST(HeadDiff, TheOrderOfOneNameCounts) {
  EXPECT_THAT(diff("GET / HTTP/1.1\r\nX: 1\r\nX: 2\r\n\r\n", "GET / HTTP/1.1\r\nX: 2\r\nY: 0\r\nx: 1\r\n\r\n"),
              ElementsAre(testing::_, DiffLine{Kind::removed, "X: 1", ""}, DiffLine{Kind::same, "X: 2", "X: 2"},
                          DiffLine{Kind::added, "", "x: 1"}, DiffLine{Kind::added, "", "Y: 0"}));
}

TEST(HeadDiff, OneMayBeMissing) {
  RecordedHead head{.text = "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n"};
  EXPECT_THAT(head_diff(&head, nullptr),
              ElementsAre(DiffLine{Kind::removed, "HTTP/1.1 200 OK", ""}, DiffLine{Kind::removed, "A: 1", ""}));
  EXPECT_THAT(head_diff(nullptr, nullptr), IsEmpty());
}

class ContentDiffTest : public test::FlowRig {
 protected:
  Flow answered(std::uint64_t id, std::string_view octets) {
    request(id, "GET http://h/a HTTP/1.1\r\n\r\n");
    response(id, "HTTP/1.1 200 OK\r\n" + coding_ + "\r\n");
    content(id, Direction::response, octets);
    end(id, octets.size());
    step();
    return *newest();
  }
  void compare(std::string_view a, std::string_view b) {
    Flow first = answered(next_++, a), second = answered(next_++, b);
    content_diff(diff_, reader_, first, second, Direction::response);
  }
  std::uint64_t next_ = 1;
  std::string coding_;
  ContentDiff diff_;
};

TEST_F(ContentDiffTest, OfWhatCannotBeDecodedIsThatOfTheOctets) {
  coding_ = "Content-Encoding: gzip\r\n";
  compare("notgzip!!!", "differentbody");
  EXPECT_FALSE(diff_.same);
  EXPECT_TRUE(diff_.a.coded);
  EXPECT_EQ(diff_.a.text, "notgzip!!!");
  EXPECT_TRUE(diff_.a.whole);
}

TEST_F(ContentDiffTest, OfWhatWasNotKeptIsNotKnown) {
  request(8, "GET http://h/a HTTP/1.1\r\n\r\n");
  sink_->unseen({8}, Direction::response, 100);
  end(8, 100);
  step();
  Flow flow = *newest();
  content_diff(diff_, reader_, flow, flow, Direction::response);
  EXPECT_FALSE(diff_.same);
  EXPECT_FALSE(diff_.text);
}

TEST_F(ContentDiffTest, OfTextIsByLines) {
  compare("a\nb\nc\n", "a\nx\nc\n");
  EXPECT_TRUE(diff_.text);
  EXPECT_FALSE(diff_.same);
  ASSERT_EQ(diff_.hunks.size(), 1U);
  EXPECT_EQ(diff_.hunks[0].edits.size(), 4U);
}

TEST_F(ContentDiffTest, OfTheSameIsNothing) {
  compare("a\nb", "a\nb");
  EXPECT_TRUE(diff_.same);
  EXPECT_THAT(diff_.hunks, IsEmpty());
}

TEST_F(ContentDiffTest, OfWhatIsNoTextIsDigests) {
  compare(std::string_view("\0\1", 2), "text");
  EXPECT_FALSE(diff_.text);
  EXPECT_FALSE(diff_.same);
  EXPECT_EQ(diff_.b.digest, "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1");
}

TEST_F(ContentDiffTest, OfMuchTextIsItsBeginning) {
  std::string line(999, 'l');
  std::string lines;
  for (int i = 0; i < 1200; ++i) lines += line + "\n";
  compare(lines, lines + "tail\n");
  EXPECT_TRUE(diff_.text);
  EXPECT_TRUE(diff_.more);
  EXPECT_FALSE(diff_.same);
  EXPECT_THAT(diff_.hunks, IsEmpty());
  EXPECT_EQ(diff_.a_lines.size(), 1048U);
}

}  // namespace
}  // namespace porthole::flow
