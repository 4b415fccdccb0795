// Recorded flows as pages of text.
#include "app/flow_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/har.h"
#include "support/flow_rig.h"
#include "support/ws_frames.h"

namespace porthole::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class FlowPages : public test::FlowRig {
 protected:
  FlowPages() {
    request(1, "GET http://h/a HTTP/1.1\r\nX-Trace: t1\r\nHost: other\r\n\r\n");
    http::RequestHead sent;
    sent.method_text = "GET";
    sent.target_text = "/a";
    sent.version = http::Version::http11;
    sent.fields.add("X-Trace", "t1");
    sent.fields.add(http::FieldName::host, "h");
    sink_->request_sent({1}, sent,
                        {{http::ChangeKind::target_to_origin_form, "http://h/a", "/a"},
                         {http::ChangeKind::host_from_target, "Host: other", "Host: h"}},
                        clock_.now());
    response(1, "HTTP/1.1 200 OK\r\nServer: \x1b[31m\xff\r\n\r\n");
    content(1, flow::Direction::response, "out of stock");
    end(1, 12);
    request(2, "GET http://h/a HTTP/1.1\r\n\r\n");
    end(2);
    step();
    question_.folder = folder_ / "flows";
  }
  FlowQuestion question_;
};

TEST_F(FlowPages, ListsTheNewestFirst) {
  Answer answer = flow_list(question_);
  EXPECT_EQ(answer.exit_code, kOk);
  EXPECT_LT(answer.out.find(id(2)), answer.out.find(id(1)));
  EXPECT_THAT(answer.out, HasSubstr(" 200 "));
  EXPECT_THAT(answer.out, Not(HasSubstr("\x1b")));
  question_.most = 1;
  EXPECT_THAT(flow_list(question_).out, Not(HasSubstr(id(1))));
}

TEST_F(FlowPages, FindsByFieldsAndContent) {
  for (const char* filter : {"header.x-trace:t1", "body:\"out of stock\"", "status:200 t1"}) {
    question_.filter = filter;
    Answer answer = flow_list(question_);
    EXPECT_THAT(answer.out, HasSubstr(id(1))) << filter;
    EXPECT_THAT(answer.out, Not(HasSubstr(id(2)))) << filter;
  }
  question_.filter = "status:404";
  EXPECT_EQ(flow_list(question_).exit_code, kFailure);
  question_.filter = "hots:x";
  Answer wrong = flow_list(question_);
  EXPECT_EQ(wrong.exit_code, kUsage);
  EXPECT_THAT(wrong.err, HasSubstr("hots"));
}

TEST_F(FlowPages, PrintsJsonLines) {
  question_.json = true;
  std::string out = flow_list(question_).out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
  EXPECT_THAT(out, HasSubstr("{\"id\":\"" + id(1) +
                             "\",\"state\":\"done\",\"method\":\"GET\",\"host\":\"h\",\"target\":\"http://h/a\","));
}

TEST_F(FlowPages, ShowsEachHop) {
  question_.id = id(1);
  Answer answer = flow_show(question_);
  EXPECT_EQ(answer.exit_code, kOk);
  EXPECT_THAT(answer.out, HasSubstr("Request, as received\n  GET http://h/a HTTP/1.1\n  X-Trace: t1\n"));
  EXPECT_THAT(answer.out, HasSubstr("Request, as sent\n  GET /a HTTP/1.1\n"));
  EXPECT_THAT(answer.out, HasSubstr("Response content: 12 bytes, 12 bytes kept"));
}

TEST_F(FlowPages, ExplainsWhatWasChangedAndWhy) {
  question_.id = id(1);
  Answer answer = flow_explain(question_);
  EXPECT_EQ(answer.exit_code, kOk);
  EXPECT_THAT(answer.out, HasSubstr("  - GET http://h/a HTTP/1.1\n  + GET /a HTTP/1.1\n      "));
  EXPECT_THAT(answer.out, HasSubstr("RFC 9112 §3.2.1"));
  EXPECT_THAT(answer.out, HasSubstr("    X-Trace: t1\n  - Host: other\n  + Host: h\n      "));
  EXPECT_THAT(answer.out, HasSubstr("The response went out whole"));
}

TEST_F(FlowPages, ShowsTheMessagesOfAWebSocket) {
  request(3, "GET http://h/chat HTTP/1.1\r\n\r\n");
  response(3, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
  content(3, flow::Direction::request, test::ws_frame({.payload = "\x1b[31mhi", .masked = true}));
  content(3, flow::Direction::response,
          test::ws_frame({.payload = std::string(300, 'x')}) + test::ws_frame({.first = 0x88, .payload = "\x03\xe8"}));
  sink_->end({3}, {.flow = {3}, .status = 101, .method = "GET", .target = "http://h/chat", .host = "h"}, clock_.now());
  step();
  question_.id = id(3);
  EXPECT_THAT(flow_show(question_).out,
              HasSubstr("\nMessages: > to the server, < back\n  > text, 7 bytes: \\x1b[31mhi\n  < text, 300 bytes: " +
                        std::string(200, 'x') + "...\n  < close 1000, 0 bytes\n"));
  EXPECT_THAT(flow_explain(question_).out, HasSubstr("Both switched to WebSocket: 1 message to the server, 1 back."));
}

TEST_F(FlowPages, NothingCapturedReachesTheTerminalAsItIs) {
  question_.id = id(1);
  for (const Answer& answer : {flow_show(question_), flow_explain(question_)}) {
    EXPECT_THAT(answer.out, HasSubstr("Server: \\x1b[31m\\xff\n"));
    EXPECT_THAT(answer.out, Not(HasSubstr("\x1b")));
  }
}

TEST_F(FlowPages, SaysWhatIsNotThere) {
  question_.id = id(99);
  EXPECT_EQ(flow_show(question_).exit_code, kFailure);
  question_.id = "nonsense";
  EXPECT_EQ(flow_explain(question_).exit_code, kUsage);
  question_ = {.folder = folder_ / "nowhere"};
  EXPECT_EQ(flow_list(question_).exit_code, kFailure);
}

TEST_F(FlowPages, ShowsARequestToPaste) {
  question_.id = id(1);
  question_.snippet = "curl";
  EXPECT_THAT(flow_show(question_).out, testing::StartsWith("curl --globoff --path-as-is"));
}

TEST_F(FlowPages, ExportsWhatFits) {
  question_.filter = "path:/nowhere";
  std::FILE* file = std::tmpfile();
  EXPECT_EQ(flow_export(question_, file).exit_code, kOk);
  EXPECT_EQ(std::ftell(file), static_cast<long>((flow::har_head() + flow::har_tail()).size()));
  question_.filter = "";
  EXPECT_EQ(flow_export(question_, file).exit_code, kOk);
  EXPECT_GT(std::ftell(file), 500);
  question_.most = 1;
  std::FILE* one = std::tmpfile();
  EXPECT_EQ(flow_export(question_, one).exit_code, kOk);
  EXPECT_LT(std::ftell(one), std::ftell(file));
  std::fclose(one);
  std::fclose(file);
  question_.filter = "hots:x";
  EXPECT_EQ(flow_export(question_, stdout).exit_code, kUsage);
}

TEST_F(FlowPages, SaysWhenAnArchiveCannotBeWritten) {
  std::FILE* full = std::fopen("/dev/full", "w");
  Answer answer = flow_export(question_, full);
  EXPECT_EQ(answer.exit_code, kFailure);
  EXPECT_THAT(answer.err, HasSubstr("No space left"));
  std::fclose(full);
}

}  // namespace
}  // namespace porthole::app
