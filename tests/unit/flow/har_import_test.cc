// HTTP archives read: our own, those of others, and hostile ones.
#include "flow/har_import.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "flow/har.h"
#include "flow/messages.h"
#include "support/flow_rig.h"
#include "support/ws_frames.h"

namespace porthole::flow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HarImportTest : public test::FlowRig {
 protected:
  // Everything in `file`, the recorder taking it in between.
  HarImport::State import(std::string_view file) {
    HarImport one(file, *recorder_, random_);
    HarImport::State state = HarImport::State::wait;
    for (int i = 0; i < 100'000 && state == HarImport::State::wait; ++i) {
      state = one.step();
      recorder_->step();
    }
    step();
    added_ = one.added();
    problems_ = one.problems();
    return state;
  }
  std::string content_of(const Row& row, Direction direction) {
    auto flow = read_flow(reader_, row.last);
    std::string text;
    read_content(reader_, flow->content[static_cast<std::size_t>(direction)], 0, 64_MiB, text);
    return text;
  }
  static std::string har(std::string_view entries) {
    return R"({"log":{"version":"1.2","entries":[)" + std::string(entries) + "]}}";
  }
  std::size_t added_ = 0;
  std::vector<std::string> problems_;
};

TEST_F(HarImportTest, WhatWasExportedComesBack) {
  request(1, "POST http://h/a?b=1 HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n");
  content(1, Direction::request, "in\xff");
  response(1, "HTTP/1.1 201 Made\r\nContent-Type: text/plain\r\n\r\n");
  content(1, Direction::response, "out");
  sink_->end({1},
             {.flow = {1},
              .status = 201,
              .method = "POST",
              .target = "http://h/a?b=1",
              .host = "h",
              .bytes_in = 3,
              .bytes_out = 3,
              .begun = clock_.wall(),
              .took = std::chrono::milliseconds(12),
              .content_type = "text/plain"},
             clock_.now());
  step();
  auto before = newest();
  std::string file = har_head();
  append_har_entry(file, reader_, *before, nullptr, true, true);
  import(file + har_tail());
  EXPECT_EQ(added_, 1U);
  EXPECT_THAT(problems_, IsEmpty());
  Row row = std::move(recorder_->rows().newest(1).at(0));
  EXPECT_EQ(row.flags, kImported);
  EXPECT_EQ(row.method, "POST");
  EXPECT_EQ(row.target, "http://h/a?b=1");
  EXPECT_EQ(row.host, "h");
  EXPECT_EQ(row.status, 201);
  EXPECT_EQ(row.content_type, "text/plain");
  EXPECT_EQ(row.begun, before->row.begun);
  EXPECT_EQ(row.took, before->row.took);
  EXPECT_EQ(content_of(row, Direction::request), "in\xff");
  EXPECT_EQ(content_of(row, Direction::response), "out");
  EXPECT_EQ(read_flow(reader_, row.last)->request_received->text, before->request_received->text);
}

// As Chrome writes them, and what no peer could have sent among them.
TEST_F(HarImportTest, MessagesOfAWebSocketBecomeFramesAgain) {
  import(har(R"({"startedDateTime": "2026-11-26T10:00:00.000Z", "time": 2000, "_resourceType": "websocket",
    "request": {"method": "GET", "url": "ws://h/chat"},
    "response": {"status": 101, "statusText": "Switching Protocols", "headers": [{"name": "Upgrade", "value": "websocket"}],
                 "content": {"text": "not this"}},
    "_webSocketMessages": [
      {"type": "send", "time": 1795687200.25, "opcode": 1, "data": "häl\u0000lo"},
      {"type": "receive", "time": 1795687201.000001, "opcode": 2, "data": "AP8="},
      {"type": "receive", "time": 1e300, "opcode": 8, "data": "A+hieWU="},
      {"type": "receive", "time": 0, "opcode": 1, "data": "behind a close"},
      {"type": "send", "time": 0, "opcode": 8, "data": "AA=="}, {"type": "send", "opcode": 3}, {}, 7,
      {"type": "error", "time": 0, "opcode": -1, "data": "server: gone"}]})"));
  EXPECT_EQ(added_, 1U);
  EXPECT_THAT(problems_, ElementsAre("entry 0: some of its messages are none, or more than is kept"));
  auto flow = newest();
  EXPECT_EQ(flow->row.status, 101);
  EXPECT_EQ(flow->row.end, End::tunnelled);
  auto messages = messages_of(reader_, *flow, 0, 100).messages;
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].data, std::string_view("h\xc3\xa4l\0lo", 7));
  EXPECT_EQ(messages[0].direction, Direction::request);
  EXPECT_EQ(messages[0].at, 1795687200'250'000'000);
  EXPECT_EQ(messages[1].kind, "binary");
  EXPECT_EQ(messages[1].data, std::string_view("\0\xff", 2));
  EXPECT_EQ(messages[1].at, 1795687201'000'001'000);
  EXPECT_EQ(messages[2].code, 1000);
  EXPECT_EQ(messages[2].at, 1795687202'000'000'000);
}

TEST_F(HarImportTest, MessagesOfAWebSocketComeBack) {
  request(1, "GET http://h/chat HTTP/1.1\r\nHost: h\r\n\r\n");
  response(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
  std::string sent = test::ws_frame({.first = 0x01, .payload = "hel", .masked = true}) +
                     test::ws_frame({.first = 0x80, .payload = "lo", .masked = true}) +
                     test::ws_frame({.payload = "\xff", .masked = true});
  std::string received = test::ws_frame({.first = 0x82, .payload = std::string(70'000, 'x')}) +
                         test::ws_frame({.first = 0x89, .payload = "beat"}) +
                         test::ws_frame({.first = 0x88, .payload = "\x03\xe9"}) + "garbage";
  content(1, Direction::request, sent);
  content(1, Direction::response, received, 16'000);
  end_upgraded(1, sent.size(), received.size());
  step();
  auto seen = [&] {
    std::string text = har_head();
    append_har_entry(text, reader_, *newest(), nullptr, true, true);
    text += har_tail();
    return nlohmann::json::parse(text)["log"]["entries"][0];
  };
  auto before = seen();
  auto& messages = before["_webSocketMessages"];
  ASSERT_EQ(messages.size(), 6U);
  EXPECT_EQ(messages[0]["type"], "send");
  EXPECT_EQ(messages[0]["opcode"], 1);
  EXPECT_EQ(messages[0]["data"], "hello");
  EXPECT_GT(messages[0]["time"], 1e6);
  EXPECT_EQ(messages[1]["_encoding"], "base64");
  EXPECT_EQ(messages[4]["data"], "A+k=");
  EXPECT_EQ(messages[5]["type"], "error");
  EXPECT_EQ(messages[5]["data"], "server: octets follow a close frame (RFC 6455 §5.5.1)");
  EXPECT_FALSE(before["response"]["content"].contains("text"));
  import(har(before.dump()));
  EXPECT_THAT(problems_, IsEmpty());
  auto after = seen();
  messages.erase(5);
  EXPECT_EQ(after["_webSocketMessages"], messages);
}

TEST_F(HarImportTest, FilesOfOthersAreRead) {
  import(har(R"({"startedDateTime":"2026-11-26T11:00:00.5+01:00","time":12.5,"pageref":"p","request":{"method":"GET",
    "url":"https://h.test/x","httpVersion":"h2","headers":[{"name":":method","value":"GET"},{"name":"accept","value":"*/*"}],
    "queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},"response":{"status":200,"statusText":"","httpVersion":"h2",
    "headers":[{"name":"content-encoding","value":"br"},{"name":"content-type","value":"image/png"}],"cookies":[],
    "content":{"size":3,"mimeType":"image/png","text":"AAEC","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":9},
    "cache":{},"timings":{"blocked":-1,"wait":10,"receive":2.5}})"));
  EXPECT_EQ(added_, 1U);
  Row row = std::move(recorder_->rows().newest(1).at(0));
  EXPECT_EQ(row.begun.time_since_epoch(), std::chrono::milliseconds(1'795'687'200'500));
  EXPECT_EQ(row.took, std::chrono::microseconds(12'500));
  EXPECT_EQ(content_of(row, Direction::response), std::string_view("\0\1\2", 3));
  auto flow = read_flow(reader_, row.last);
  EXPECT_EQ(flow->request_received->text, "GET https://h.test/x HTTP/1.1\r\naccept: */*\r\n\r\n");
  EXPECT_EQ(flow->response_received->text, "HTTP/1.1 200 \r\ncontent-type: image/png\r\n\r\n")
      << "the content is decoded";
}

// Json::octets() writes them so, and browsers do.
TEST_F(HarImportTest, OctetsBeyondAsciiComeBackAsTheyPassed) {
  import(har(
      R"({"request":{"method":"GET","url":"http://h/\u00c3\u00a9","headers":[{"name":"X","value":"\u00e9"},{"name":"Y",
    "value":"\u4f60"}]},"response":{"status":200,"statusText":"\u00ff","content":{"text":"\u00e9"}}})"));
  auto flow = newest();
  EXPECT_EQ(flow->request_received->text, "GET http://h/\xc3\xa9 HTTP/1.1\r\nX: \xe9\r\nY: \xe4\xbd\xa0\r\n\r\n");
  EXPECT_EQ(flow->response_received->text, "HTTP/1.1 200 \xff\r\n\r\n");
  EXPECT_EQ(content_of(flow->row, Direction::response), "\xc3\xa9") << "content is text";
}

TEST_F(HarImportTest, TheSizeIsKeptWhereNoCodingWasUndone) {
  import(har(R"({"request":{"method":"POST","url":"http://h/","headers":[{"name":"Content-Encoding","value":"gzip"},
    {"name":"Content-Length","value":" 9 "}],"postData":{"text":"plain"}},"response":{"status":200,"headers":[{"name":
    "Content-Length","value":"3"}],"content":{"text":"abc"}}})"));
  auto flow = newest();
  EXPECT_EQ(flow->request_received->text, "POST http://h/ HTTP/1.1\r\n\r\n") << "the content is decoded";
  EXPECT_EQ(flow->response_received->text, "HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\n");
}

// Ours says so; Chrome without content, too, by the size alone.
TEST_F(HarImportTest, WhatIsNotInTheFileIsCountedAndTheFlowSaysSo) {
  import(har(
      R"({"request":{"method":"GET","url":"http://h/cut"},)"
      R"("response":{"status":200,"content":{"size":3,"text":"abc","_truncated":{"kept":3,"size":1000}}}},)"
      R"({"request":{"method":"POST","url":"http://h/bare","bodySize":70,"postData":{"mimeType":"a/b"}},)"
      R"("response":{"status":200,"content":{"size":500}}},)"
      R"({"request":{"method":"GET","url":"http://h/all"},"response":{"status":200,"content":{"size":3,"text":"abc"}}})"));
  auto rows = recorder_->rows().newest(3);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[2].bytes_out, 1000U);
  EXPECT_NE(rows[2].flags & kContentCut, 0);
  EXPECT_EQ(content_of(rows[2], Direction::response), "abc");
  EXPECT_EQ(rows[1].bytes_in, 70U);
  EXPECT_EQ(rows[1].bytes_out, 500U);
  EXPECT_NE(rows[1].flags & kContentCut, 0);
  EXPECT_EQ(rows[0].bytes_out, 3U);
  EXPECT_EQ(rows[0].flags & (kContentCut | kContentLost), 0);
}

TEST_F(HarImportTest, ATimeOfAnyYearIsOne) {
  for (const char* date : {"9999-12-31T23:59:59.999999999Z", "2300-01-01T00:00:00Z", "0000-01-01T00:00:00+99:99"}) {
    import(har(R"({"startedDateTime":")" + std::string(date) +
               R"(","time":1e308,"request":{"method":"GET","url":"http://h/"},"timings":{"receive":1e308}})"));
    Row row = std::move(recorder_->rows().newest(1).at(0));
    EXPECT_GE(row.begun.time_since_epoch().count(), 0) << date;
    EXPECT_GE(row.took.count(), 0) << date;
  }
}

TEST_F(HarImportTest, WhatIsNoEntryIsNamedAndTheOthersAreRead) {
  import(har(
      R"(1,{},{"request":{"method":"GET"}},{"request":{"url":"http://h/"}},{"request":{"method":"GET","url":"relative"}},
    {"request":{"method":"GET","url":"http://h/good"}},[],null)"));
  EXPECT_EQ(added_, 1U);
  EXPECT_THAT(problems_, testing::SizeIs(7));
  EXPECT_EQ(problems_[0], "entry 0: it has no method");
  EXPECT_EQ(problems_[4], "entry 4: it has no URL");
  EXPECT_EQ(recorder_->rows().newest(1).at(0).target, "http://h/good");
}

TEST_F(HarImportTest, WhatIsNoFileIsSaidSo) {
  for (std::string_view bad :
       {"", "x", "[]", "{}", R"({"log":1})", R"({"log":{"entries":{}}})", R"({"log":{"entries":[)"}) {
    EXPECT_EQ(import(bad), HarImport::State::done);
    EXPECT_EQ(added_, 0U);
    EXPECT_THAT(problems_, ElementsAre("this is no HAR file, or more than can be read: it has no log.entries"));
  }
}

TEST_F(HarImportTest, HostileValuesStayValues) {
  import(har(
      R"({"startedDateTime":"9999999999-01","time":1e308,"request":{"method":"G E\r\nT","url":"http://h/\r\nX: 1 HTTP",
    "headers":[{"name":"A\r\nB","value":"1\r\nC: 2"},{"name":"","value":"x"},{"name":"a:b","value":"y"},7,{"name":3}]},
    "response":{"status":1e9,"statusText":"x\r\nSet-Cookie: a","content":{"text":"not base64 !","encoding":"base64","size":1e18}}},
    {"request":{"method":"GET","url":"http://h/","httpVersion":5},"response":{"status":-5},"time":"x","timings":[]})"));
  EXPECT_EQ(added_, 2U);
  auto rows = recorder_->rows().newest(2);
  auto flow = read_flow(reader_, rows[1].last);
  EXPECT_EQ(flow->request_received->text, "GET http://h/X:1HTTP HTTP/1.1\r\nAB: 1C: 2\r\n\r\n");
  EXPECT_EQ(flow->response_received->text, "HTTP/1.1 999 xSet-Cookie: a\r\n\r\n");
  EXPECT_EQ(content_of(rows[1], Direction::response), "not base64 !");
  EXPECT_EQ(rows[0].status, 0);
}

TEST_F(HarImportTest, TheRecorderSetsThePaceAndNothingIsLost) {
  std::string entries;
  std::string body(100'000, 'b');
  for (int i = 0; i < 30; ++i) {
    entries += fmt::format(
        R"({}{{"request":{{"method":"GET","url":"http://h/{}"}},"response":{{"status":200,"content":{{"text":"{}"}}}}}})",
        i == 0 ? "" : ",", i, body);
  }
  import(har(entries));
  EXPECT_EQ(added_, 30U);
  EXPECT_EQ(recorder_->metrics().incomplete.value(), 0U);
  for (const Row& row : recorder_->rows().newest(30)) {
    EXPECT_EQ(row.flags, kImported);
    EXPECT_EQ(content_of(row, Direction::response).size(), body.size());
  }
}

TEST_F(HarImportTest, OneThatIsBrokenOffLeavesNoFlowOpen) {
  std::string body(1'000'000, 'b');
  std::string file = har(fmt::format(
      R"({{"request":{{"method":"GET","url":"http://h/"}},"response":{{"status":200,"content":{{"text":"{}"}}}}}})",
      body));
  {
    HarImport half(file, *recorder_, random_);
    ASSERT_EQ(half.step(), HarImport::State::wait) << "it waits for room";
  }
  step();
  EXPECT_EQ(recorder_->metrics().open_flows.value(), 0);
  auto rows = recorder_->rows().newest(9);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_FALSE(rows[0].open);
  EXPECT_EQ(rows[0].end, End::client_gone);
}

TEST_F(HarImportTest, UserInformationIsNotTaken) {
  import(har(R"({"request":{"method":"GET","url":"http://u:s3cret@h:81/a"},"response":{"status":200}})"));
  auto rows = recorder_->rows().newest(9);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].target, "http://h:81/a");
  EXPECT_EQ(rows[0].host, "h:81");
}

TEST_F(HarImportTest, AHeadThatIsTooLargeIsNoHead) {
  import(har(R"({"request":{"method":"GET","url":"http://h/)" + std::string(200'000, 'u') + "\"}}"));
  EXPECT_EQ(added_, 0U);
  EXPECT_THAT(problems_.at(0), HasSubstr("too large"));
}

}  // namespace
}  // namespace porthole::flow
