// What the inspector and the command line print of flows.
#include "flow/as_json.h"

#include <gmock/gmock.h>

#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string json_of(auto&& append) {
  std::string out;
  Json json(out);
  append(json);
  return out;
}
std::string row_json(const Row& row, const Mark* mark = nullptr) {
  return json_of([&](Json& json) { append_row(json, row, mark); });
}

Row done() {
  Row row{.flow = {1}, .status = 200};
  row.method = "GET";
  row.host = "Shop.test:8080";
  row.target = "http://Shop.test:8080/a?b=1";
  row.content_type = "text/html";
  row.begun = WallTime(1'700'000'000s + 123456us);
  row.took = 10400us;
  row.bytes_out = 5120;
  row.client = *Endpoint::parse("127.0.0.1:50312");
  row.upstream = *Endpoint::parse("192.0.2.7:8080");
  row.reused = true;
  return row;
}

TEST(RowAsJson, HasWhatALineShows) {
  EXPECT_EQ(
      row_json(done()),
      R"({"id":"0000000000001","state":"done","method":"GET","host":"shop.test","target":)"
      R"("http://Shop.test:8080/a?b=1","scheme":"http","port":8080,"path":"/a?b=1","status":200,"type":"text/html",)"
      R"("bytes_in":0,"bytes_out":5120,"begun":1700000000123456,"client":"127.0.0.1:50312",)"
      R"("server":"192.0.2.7:8080","took":10400,"reused":true,"version":"1.1","end":"complete"})");
}

TEST(RowAsJson, LeavesOutWhatAnOpenFlowDoesNotKnow) {
  Row row{.flow = {2}, .open = true};
  row.method = "CONNECT";
  row.target = row.host = "h:443";
  EXPECT_EQ(row_json(row),
            R"({"id":"0000000000002","state":"open","method":"CONNECT","host":"h","target":"h:443","port":443,)"
            R"("bytes_in":0,"bytes_out":0,"begun":0})");
}

TEST(RowAsJson, NamesTheErrorAndWhatIsMissing) {
  Row row = done();
  row.error = Token::connection_refused;
  row.flags = kContentCut | kContentLost | kEventLost;
  std::string json = row_json(row);
  EXPECT_THAT(json, HasSubstr(R"("error":"connection_refused")"));
  EXPECT_THAT(json, HasSubstr(R"("flags":["content_cut","content_lost","step_lost"])"));
}

TEST(RowAsJson, NamesTheFlowItWasSentAgainFrom) {
  Row row = done();
  row.said_replayed({7});
  EXPECT_THAT(row_json(row), HasSubstr(R"("replayed":true,"replay_of":"0000000000007")"));
  row.said_replayed({});
  EXPECT_THAT(row_json(row), HasSubstr(R"("replayed":true})"));
}

TEST(RowAsJson, SaysWhatPeopleSaidOfIt) {
  Mark mark{.pinned = true, .note = "n"};
  EXPECT_THAT(row_json(done(), &mark), HasSubstr(R"(,"mark":{"pinned":true,"note":"n"}})"));
}

TEST(RowAsJson, CannotBeBrokenByWhatPassed) {
  Row row = done();
  row.target = "http://h/\"},{\xff\x01</script>";
  EXPECT_THAT(row_json(row), HasSubstr("\"target\":\"http://h/\\\"},{\xc3\xbf\\u0001</script>\""));
}

using FlowAsJson = test::FlowRig;

TEST_F(FlowAsJson, HasHeadsContentsNotesAndTimes) {
  request(1, "POST http://h/a HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\n\r\n");
  content(1, Direction::request, "abc");
  response(1, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
  content(1, Direction::response, "0123456789");
  end(1, 10);
  step();
  std::string json = json_of([&](Json& out) { append_flow(out, *newest()); });
  EXPECT_THAT(json, HasSubstr(R"("request_received":{"at":)"));
  EXPECT_THAT(json,
              HasSubstr(R"("text":"POST http://h/a HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\n\r\n","changes":[]})"));
  EXPECT_THAT(json, HasSubstr(R"("content":{"request":{"size":3,"kept":3,"unseen":0,"type":"a/b","coding":""})"));
  EXPECT_THAT(json, HasSubstr(R"("response":{"size":10,"kept":10,"unseen":0,"type":"","coding":"gzip"})"));
  EXPECT_THAT(json, HasSubstr(R"("timing":{"blocked":)"));
  EXPECT_THAT(json, HasSubstr(R"("tls":-1)"));
  EXPECT_THAT(json, HasSubstr(R"("beginning_gone":false})"));
}

TEST(ExplanationAsJson, SaysWhatWhyAndWhatTheFieldMeans) {
  Flow flow;
  flow.request_received =
      RecordedHead{.at = 0, .text = "GET http://h/ HTTP/1.1\r\nHost: x\r\nX: 1\r\n\r\n", .changes = {}};
  flow.request_sent = RecordedHead{.at = 0,
                                   .text = "GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n",
                                   .changes = {{http::ChangeKind::target_to_origin_form, "http://h/", "/"},
                                               {http::ChangeKind::host_from_target, "Host: x", "Host: h"}}};
  std::string json = json_of([&](Json& out) { append_explanation(out, flow); });
  EXPECT_THAT(json,
              HasSubstr(R"("kind":"changed","received":"GET http://h/ HTTP/1.1","sent":"GET / HTTP/1.1","what":)"));
  EXPECT_THAT(json, HasSubstr(R"("clause":"RFC 9112 §3.2.1","name":"GET","meaning":)"));
  EXPECT_THAT(json, HasSubstr(R"("kind":"changed","received":"Host: x","sent":"Host: h","what":)"));
  EXPECT_THAT(json, HasSubstr(R"({"kind":"same","received":"X: 1","sent":"X: 1","name":"X"})"));
  EXPECT_THAT(json, HasSubstr(R"("response":{"lines":[]})"));
}

}  // namespace
}  // namespace porthole::flow
