// What `flows replay` asks of the proxy, against a script.
#include "app/replay_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/scripted_control.h"

namespace porthole::app {
namespace {

using test::json_reply;
using test::ScriptedControl;
using testing::HasSubstr;

constexpr std::string_view kId = "0000000000007", kNew = R"({"id":"0000000000009"})";

std::string flow(std::string_view fields, std::string_view content = R"({"size":0,"kept":0})") {
  return R"({"row":{"id":"0000000000007","state":"done","method":"POST","target":"http://h/\u00e4"},)"
         R"("heads":{"request_received":{"text":"POST http://h/ HTTP/1.1\r\n)" +
         std::string(fields) + R"(\r\n"}},"content":{"request":)" + std::string(content) + "}}";
}
std::string ended(std::string_view more = "") {
  return R"({"row":{"id":"0000000000009","state":"done","method":"PUT","host":"h","target":"http://h/x","status":201,"bytes_in":0,)"
         R"("bytes_out":2,"begun":1700000000000000,"took":1000,"reused":false,"version":"1.1","end":"complete")" +
         std::string(more) + "}}";
}
constexpr std::string_view kOpen = R"({"row":{"id":"0000000000009","state":"open","method":"PUT"}})";

Answer run(ScriptedControl& control, const ReplayEdits& edits, bool json = false) {
  return replay_command(*ControlClient::find({control.path()}), std::string(kId), edits, json);
}
// The content of the request that was asked for as `line`.
nlohmann::json sent(ScriptedControl& control, std::string_view line = "POST /api/replay ") {
  for (const std::string& request : control.finish()) {
    if (request.starts_with(line)) return nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
  }
  return {};
}

TEST(ReplayCommand, SendsWhatWasRecordedAndWaitsForItsEnd) {
  ScriptedControl control({{json_reply(200, flow(R"(Host: h\r\nX-A: \u00e4\r\nX-B:1\r\n)", R"({"size":3,"kept":3})"))},
                           {json_reply(200, "a\nb")},
                           {json_reply(200, kNew)},
                           {json_reply(200, kOpen)},
                           {json_reply(200, ended())}});
  Answer answer = run(control, {});
  EXPECT_EQ(answer.exit_code, kOk) << answer.err;
  EXPECT_THAT(answer.out, testing::AllOf(HasSubstr("0000000000009"), HasSubstr("PUT"), HasSubstr("201")));
  EXPECT_EQ(sent(control),
            nlohmann::json::parse(R"({"of":"0000000000007","method":"POST","url":"http://h/\u00e4",)"
                                  R"("fields":[["Host","h"],["X-A","\u00e4"],["X-B","1"]],"body":"YQpi"})"));
}

TEST(ReplayCommand, EditsMethodFieldsAndContent) {
  ScriptedControl control(
      {{json_reply(200, flow(R"(X-A: 1\r\nx-a: 2\r\nX-B: 1\r\nX-C: 1\r\n)", R"({"size":9,"kept":3})"))},
       {json_reply(200, kNew)},
       {json_reply(200, ended())}});
  Answer answer =
      run(control, {.method = "PUT", .fields = {"X-A: new: one", "x-b:", "X-D: \xe4"}, .data = "d\xff"}, true);
  EXPECT_THAT(answer.out, HasSubstr("\"status\":201"));
  auto request = sent(control);
  EXPECT_EQ(request["method"], "PUT");
  EXPECT_EQ(request["fields"], nlohmann::json::parse(R"([["X-C","1"],["X-A","new: one"],["X-D","\u00e4"]])"));
  EXPECT_EQ(request["body"], "ZP8=");
}

TEST(ReplayCommand, DoesNotSendAsterisksForWhatWasNotRecorded) {
  ScriptedControl control(
      {{json_reply(200, flow(R"(Authorization: *****\r\nCookie: *\r\nIf-Match: *\r\nX-Key: **\r\nCookie: ***\r\n)"))},
       {json_reply(200, kNew)},
       {json_reply(200, ended())}});
  Answer answer = run(control, {.method = {}, .fields = {"Cookie: mine"}, .data = {}});
  EXPECT_EQ(answer.err,
            "porthole: Authorization was not recorded, and is left out: give it with -H\n"
            "porthole: X-Key was not recorded, and is left out: give it with -H\n");
  EXPECT_EQ(sent(control)["fields"], nlohmann::json::parse(R"([["If-Match","*"],["Cookie","mine"]])"));
}

TEST(ReplayCommand, DoesNotSendAPartForTheWhole) {
  ScriptedControl control({{json_reply(200, flow("", R"({"size":9,"kept":3})"))}});
  Answer answer = run(control, {});
  EXPECT_EQ(answer.exit_code, kFailure);
  EXPECT_THAT(answer.err, HasSubstr("3 of the 9 octets"));
}

TEST(ReplayCommand, FailsWhenItIsNotSentOrTheProxyAnsweredItself) {
  ScriptedControl none(
      {{json_reply(404, R"({"error":{"code":"not_found","message":"this flow is gone, or never was"}})")}});
  EXPECT_EQ(run(none, {}).err, "porthole: this flow is gone, or never was\n");
  ScriptedControl refused({{json_reply(200, flow(""))},
                           {json_reply(503, R"({"error":{"code":"not_sent","message":"the proxy is draining"}})")}});
  Answer answer = run(refused, {});
  EXPECT_EQ(answer.exit_code, kFailure);
  EXPECT_EQ(answer.err, "porthole: the proxy is draining\n");
  ScriptedControl failing({{json_reply(200, flow(""))},
                           {json_reply(200, kNew)},
                           {json_reply(200, ended(R"(,"error":"connection_refused")"))}});
  answer = run(failing, {});
  EXPECT_EQ(answer.exit_code, kFailure);
  EXPECT_THAT(answer.out, HasSubstr("connection_refused"));
  ScriptedControl strange({{json_reply(200, "[]")}, {json_reply(200, "7")}, {json_reply(200, "{}")}});
  EXPECT_EQ(run(strange, {}).err, "porthole: the proxy's answer is not understood\n");
  ScriptedControl there({{json_reply(200, flow(""))}});
  EXPECT_EQ(run(there, {.method = {}, .fields = {}, .data = "@/proc/none"}).err,
            "porthole: /proc/none: No such file or directory\n");
}

}  // namespace
}  // namespace porthole::app
