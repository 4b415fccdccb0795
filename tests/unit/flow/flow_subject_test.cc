// What an expression can know of everything that was recorded.
#include "flow/flow_subject.h"

#include <gtest/gtest.h>

#include "match/expr.h"
#include "support/coded.h"
#include "support/flow_rig.h"
#include "support/message_deflater.h"
#include "support/ws_frames.h"

namespace porthole::flow {
namespace {

using test::FlowRig;

TEST_F(FlowRig, IsSearchedInFieldsAndDecodedContent) {
  request(1, "POST http://h/a HTTP/1.1\r\nX-Trace: t1\r\nCookie: session\r\n\r\n");
  content(1, Direction::request, "coupon=7");
  response(1, "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nServer: s\r\n\r\n");
  std::string coded = test::encoded("we are out of stock, sorry", "br");
  content(1, Direction::response, coded);
  end(1, coded.size());
  step();
  auto flow = newest();
  auto test = [&](std::string_view text) { return match::Expr::parse(text)->test(FlowSubject(*flow, reader_)); };
  for (std::string_view so :
       {"header.x-trace:t1", "header.server:s", "request-header.x-trace:*", "body:\"out of stock\"",
        "request-body:coupon", "response-body:/out.of/", "-body:nowhere", "-is:retried", "-is:ws", "t1", "status:200"})
    EXPECT_EQ(test(so), match::Truth::yes) << so;
  for (std::string_view not_so : {"response-header.x-trace:*", "header.cookie:session", "request-body:stock", "is:ws"})
    EXPECT_EQ(test(not_so), match::Truth::no) << not_so;  // the cookie was hidden before it was written
}

TEST_F(FlowRig, IsNotDecidedWhileItGoesOn) {
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  step();
  auto flow = newest();
  auto test = [&](std::string_view text) { return match::Expr::parse(text)->test(FlowSubject(*flow, reader_)); };
  EXPECT_EQ(test("body:x"), match::Truth::unknown);
  EXPECT_EQ(test("response-header.a:*"), match::Truth::unknown);
  EXPECT_EQ(test("request-header.a:*"), match::Truth::no);
}

TEST_F(FlowRig, TheContentOfAWebSocketIsWhatItsMessagesSay) {
  request(1, "GET http://h/a HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
  response(
      1,
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
  content(1, Direction::request, test::ws_frame({.payload = "a lantern", .masked = true}));
  content(1, Direction::response,
          test::ws_frame({.first = 0xc1, .payload = test::MessageDeflater(true).deflate("out of stock")}));
  step();
  sink_->end({1},
             {.flow = {1}, .end = End::tunnelled, .status = 101, .method = "GET", .target = "http://h/a", .host = "h"},
             clock_.now());
  step();
  auto flow = newest();
  auto test = [&](std::string_view text) { return match::Expr::parse(text)->test(FlowSubject(*flow, reader_)); };
  for (std::string_view so : {"body:lantern", "request-body:lantern", "response-body:\"out of stock\"", "is:ws"})
    EXPECT_EQ(test(so), match::Truth::yes) << so;
  for (std::string_view not_so : {"response-body:lantern", "request-body:stock"})
    EXPECT_EQ(test(not_so), match::Truth::no) << not_so;
}

TEST_F(FlowRig, TellsAWebSocketAndARetry) {
  request(1, "GET http://h/a HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
  sink_->note({1}, {.what = "retry", .detail = "the connection had been closed", .took = {}}, clock_.now());
  response(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n");
  sink_->end({1},
             {.flow = {1}, .end = End::tunnelled, .status = 101, .method = "GET", .target = "http://h/a", .host = "h"},
             clock_.now());
  step();
  auto flow = newest();
  FlowSubject subject(*flow, reader_);
  EXPECT_EQ(subject.flag(match::Flag::ws), match::Truth::yes);
  EXPECT_EQ(subject.flag(match::Flag::retried), match::Truth::yes);
}

}  // namespace
}  // namespace porthole::flow
