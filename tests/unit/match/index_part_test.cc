// The part that an index answers is never too narrow.
#include "match/index_part.h"

#include <gtest/gtest.h>

#include "match/evaluation.h"
#include "match/parser.h"
#include "match/writing.h"
#include "support/told_subject.h"

namespace porthole::match {
namespace {

bool known(const Term& term) { return term.key != Key::body && term.key != Key::text; }

std::string part(std::string_view text) {
  IndexPart found = index_part(*parse(text), known);
  std::string exact = found.exact ? "exactly " : "at least ";
  if (found.node.children.empty() && found.node.kind != Node::Kind::term) {
    return exact + (found.node.kind == Node::Kind::all_of ? "everything" : "nothing");
  }
  return exact + written(found.node);
}

TEST(IndexPart, TakesAllThatTheIndexKnows) {
  EXPECT_EQ(part("host:a status:5xx"), "exactly host:a status:5xx");
  EXPECT_EQ(part("host:a or -status:5xx"), "exactly host:a or -status:5xx");
  EXPECT_EQ(part(""), "exactly everything");
}

TEST(IndexPart, LeavesOutWhatOnlyNarrows) {
  EXPECT_EQ(part("host:a body:x"), "at least host:a");
  EXPECT_EQ(part("host:a -body:x y"), "at least host:a");
  EXPECT_EQ(part("host:a (status:5xx body:x or port:80 z)"), "at least host:a (status:5xx or port:80)");
}

TEST(IndexPart, SaysNothingWhereAnythingMayMatch) {
  EXPECT_EQ(part("host:a or body:x"), "at least everything");
  EXPECT_EQ(part("body:x"), "at least everything");
  EXPECT_EQ(part("-(host:a body:x)"), "at least everything");
  EXPECT_EQ(part("port:80 (host:a or body:x)"), "at least port:80");
}

TEST(IndexPart, TurnsRoundUnderANegation) {
  EXPECT_EQ(part("-(host:a or body:x)"), "at least -host:a");
  EXPECT_EQ(part("-(host:a -(port:80 body:x))"), "at least -(host:a -port:80)");
}

TEST(IndexPart, IsNeverTooNarrow) {
  test::ToldSubject call = test::failing_call();
  for (std::string_view a : {"host:*", "-host:*"}) {
    for (std::string_view b : {"body:coupon", "body:nothing", "-body:coupon", "-body:nothing"}) {
      for (std::string_view form : {"A B", "A or B", "-(A B)", "-(A or B)", "A -(B or A)", "-(-(A B) B) or B A"}) {
        std::string text(form);
        for (std::size_t at; (at = text.find('A')) != std::string::npos;) text.replace(at, 1, a);
        for (std::size_t at; (at = text.find('B')) != std::string::npos;) text.replace(at, 1, b);
        Node node = *parse(text);
        bool wanted = evaluate(node, call) == Truth::yes;
        bool found = evaluate(index_part(node, known).node, call) == Truth::yes;
        EXPECT_LE(wanted, found) << text;
      }
    }
  }
}

}  // namespace
}  // namespace porthole::match
