// What an expression can know of a flow from its row.
#include "flow/row_subject.h"

#include <gtest/gtest.h>

#include "match/expr.h"

namespace porthole::flow {
namespace {

Row row() {
  Row row;
  row.method = "POST";
  row.host = "api.shop.test:8080";
  row.target = "http://api.shop.test:8080/v1/stock?id=7";
  row.content_type = "application/json; charset=utf-8";
  row.status = 503;
  row.bytes_out = 120'000;
  row.took = std::chrono::milliseconds(700);
  row.client = *Endpoint::parse("10.1.2.3:5000");
  row.error = Token::connection_refused;
  return row;
}

match::Truth test(std::string_view text, const Row& row, const MarkFacts& marks = {}) {
  auto expr = match::Expr::parse(text);
  EXPECT_TRUE(expr) << text;
  return expr->test(RowSubject(row, marks));
}

TEST(RowSubject, KnowsWhatALineShows) {
  for (std::string_view so : {"host:*.shop.test",
                              "domain:shop.test",
                              "path:/v1/*",
                              "query:id=7",
                              "url:http://api.shop.test:8080/v1/stock?id=7",
                              "scheme:http",
                              "protocol:http/1.1",
                              "port:8080",
                              "method:post",
                              "status:5xx",
                              "type:json",
                              "size>100k",
                              "time>500ms",
                              "client:10.0.0.0/8",
                              "error:connection_*",
                              "is:error",
                              "via:direct",
                              "-is:pending",
                              "-is:tunnel",
                              "-tag:x",
                              "stock",
                              "-user:*"})
    EXPECT_EQ(test(so, row()), match::Truth::yes) << so;
  for (std::string_view not_so : {"host:shop.test", "method:GET", "status:200", "size<100k", "is:pending", "rule:x"})
    EXPECT_EQ(test(not_so, row()), match::Truth::no) << not_so;
}

TEST(RowSubject, DoesNotKnowTheEndOfALongTarget) {
  Row row;
  row.method = "GET";
  row.host = "h";
  std::string target = "http://h/?" + std::string(Rows::kTargetMax, 'q');
  row.target = std::string_view(target).substr(0, Rows::kTargetMax);
  row.number = 1;
  for (std::string_view text : {"query:*end", "-query:*end", "url:*end"})
    EXPECT_EQ(test(text, row), match::Truth::unknown) << text;
  EXPECT_EQ(test("path:/", row), match::Truth::yes) << "the path was whole";
  EXPECT_EQ(test("host:h", row), match::Truth::yes);
  row.number.reset();
  row.target = target;
  EXPECT_EQ(test("query:*end", row), match::Truth::no) << "a record has it whole";
}

TEST(RowSubject, DoesNotKnowFieldsAndContent) {
  for (std::string_view unknown : {"header.a:b", "body:x", "request-header.cookie:*", "is:retried"})
    EXPECT_EQ(test(unknown, row()), match::Truth::unknown) << unknown;
  EXPECT_EQ(test("method:GET body:x", row()), match::Truth::no);
}

TEST(RowSubject, KnowsNoEndOfWhatGoesOn) {
  Row open = row();
  open.open = true;
  open.status = 0;
  open.content_type = {};
  for (std::string_view unknown : {"status:200", "time>1s", "size>1", "error:*", "is:error", "type:json"})
    EXPECT_EQ(test(unknown, open), match::Truth::unknown) << unknown;
  EXPECT_EQ(test("is:pending", open), match::Truth::yes);
}

TEST(RowSubject, TellsATunnelFromOneThatWasRefused) {
  Row connect = row();
  connect.method = "CONNECT";
  connect.end = End::tunnelled;
  EXPECT_EQ(test("is:tunnel", connect), match::Truth::yes);
  connect.end = End::answered;
  EXPECT_EQ(test("is:tunnel", connect), match::Truth::no);
}

TEST(RowSubject, KnowsWhatAPersonSaid) {
  std::vector<std::string> tags = {"checkout"};
  MarkFacts marks{.pinned = true, .noted = false, .tags = tags};
  EXPECT_EQ(test("tag:check* is:pinned -is:noted", row(), marks), match::Truth::yes);
  EXPECT_EQ(test("tag:other", row(), marks), match::Truth::no);
}

TEST(RowSubject, KnowsWhatThisProgramSent) {
  Row ours = row();
  ours.said_replayed({});
  EXPECT_EQ(test("is:replayed", ours), match::Truth::yes);
  EXPECT_EQ(test("is:replayed", row()), match::Truth::no);
}

}  // namespace
}  // namespace porthole::flow
