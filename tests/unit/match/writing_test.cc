// The one text that is written for an expression, and that it is read as the same.
#include "match/writing.h"

#include <gtest/gtest.h>

#include "match/parser.h"

namespace porthole::match {
namespace {

std::string rewritten(std::string_view text) {
  std::expected<Node, Fault> node = parse(text);
  if (!node) return fault_text(node.error());
  std::string again = written(*node);
  std::expected<Node, Fault> reread = parse(again);
  EXPECT_TRUE(reread && *reread == *node) << text << " was written as " << again;
  EXPECT_TRUE(reread && written(*reread) == again) << again;
  return again;
}

TEST(Writing, KeepsWhatIsPlain) {
  constexpr std::string_view kExample =
      "host:*.shop.test status:5xx -method:OPTIONS size>100k time>500ms body:\"out of stock\"";
  EXPECT_EQ(rewritten(kExample), kExample);
}

TEST(Writing, DropsWhatDoesNotMatter) {
  EXPECT_EQ(rewritten("  ((a))   and   (b c)"), "a b c");
  EXPECT_EQ(rewritten("not not a"), "a");
  EXPECT_EQ(rewritten("NOT (a OR b)"), "-(a or b)");
  EXPECT_EQ(rewritten("a or (b or c)"), "a or b or c");
  EXPECT_EQ(rewritten("\"plain\""), "plain");
  EXPECT_EQ(rewritten("status=404"), "status:404");
  EXPECT_EQ(rewritten("HOST:A Header.X-Y:1"), "host:A header.x-y:1");
  EXPECT_EQ(rewritten("size>1000000"), "size>1M");
  EXPECT_EQ(rewritten(""), "");
}

TEST(Writing, KeepsParenthesesThatMatter) {
  EXPECT_EQ(rewritten("(a or b) c"), "(a or b) c");
  EXPECT_EQ(rewritten("a or b c"), "a or b c");
  EXPECT_EQ(rewritten("-(a b)"), "-(a b)");
}

TEST(Writing, QuotesWhatWouldBeReadAsSomethingElse) {
  EXPECT_EQ(rewritten("\"or\""), "\"or\"");
  EXPECT_EQ(rewritten("\"-a\""), "\"-a\"");
  EXPECT_EQ(rewritten("\"a:b\""), "\"a:b\"");
  EXPECT_EQ(rewritten("a\\*b*c"), "\"a*b\"*c");
  EXPECT_EQ(rewritten("host:\"a,b\",c"), "host:\"a,b\",c");
  EXPECT_EQ(rewritten("\"say \\\"hi\\\" \\\\\""), "\"say \\\"hi\\\" \\\\\"");
  EXPECT_EQ(rewritten("header.x:\"\""), "header.x:\"\"");
}

TEST(Writing, QuotesATextThatLooksLikeARegularExpression) {
  EXPECT_EQ(rewritten("user:\"/x/\""), "user:\"/x/\"");
  EXPECT_EQ(rewritten("path:/admin/"), "path:/admin/");
  EXPECT_EQ(rewritten("path:\"/a+b/\""), "path:\"/a+b/\"");
  EXPECT_EQ(rewritten("path:/^.v\\d+/i,/x"), "path:/^.v\\d+/i,/x");
}

TEST(Writing, Networks) {
  EXPECT_EQ(rewritten("client:10.0.0.0/8,::1"), "client:10.0.0.0/8,::1/128");
  EXPECT_EQ(rewritten("client:10.0.0.*"), "client:10.0.0.*");
}

}  // namespace
}  // namespace porthole::match
