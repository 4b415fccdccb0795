// The client of the control socket against a script: whole answers, streams, and what is no answer.
#include "app/control_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scripted_control.h"

namespace porthole::app {
namespace {

using test::json_reply;
using test::ScriptedControl;
using testing::HasSubstr;

ControlClient client_of(const ScriptedControl& control) {
  auto client = ControlClient::find({"/no/such/socket", control.path()});
  EXPECT_TRUE(client.has_value());
  return *client;
}

TEST(ControlClient, AsksAndReadsTheWholeAnswer) {
  ScriptedControl control({{json_reply(200, R"({"pid":7})")}, {"HTTP/1.1 204 No Content\r\n\r\n"}});
  ControlClient client = client_of(control);
  EXPECT_EQ(client.path(), control.path());
  auto reply = client.ask("GET", "/api/status");
  ASSERT_TRUE(reply.has_value()) << reply.error();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, R"({"pid":7})");
  auto done = client.ask("POST", "/api/stop");
  ASSERT_TRUE(done.has_value()) << done.error();
  EXPECT_TRUE(done->good());
  auto requests = control.finish();
  EXPECT_EQ(requests[0], "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(
      requests[1],
      "POST /api/stop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(ControlClient, FollowsAStreamAsItComes) {
  std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  ScriptedControl control({{head, "3\r\nabc\r\n", "3\r\nde", "f\r\n0\r\n\r\n"},
                           {head, "3\r\nabc\r\n", "3\r\ndef\r\n0\r\n\r\n"},
                           {head, "3\r\nabc\r\n"}});
  ControlClient client = client_of(control);
  std::string heard;
  auto reply = client.follow("/api/stream", [&](std::string_view piece) {
    heard += piece;
    return true;
  });
  ASSERT_TRUE(reply.has_value()) << reply.error();
  EXPECT_EQ(heard, "abcdef");
  EXPECT_EQ(reply->body, "");
  int pieces = 0;
  reply = client.follow("/api/stream", [&](std::string_view) { return ++pieces == 0; });
  EXPECT_TRUE(reply.has_value());
  EXPECT_EQ(pieces, 1) << "it ends when nobody wants more";
  reply = client.follow("/api/stream", [&](std::string_view) { return true; });
  EXPECT_TRUE(reply.has_value()) << "the proxy was stopped: " << reply.error();
}

TEST(ControlClient, GivesARefusalWithItsReasonNotToWhoeverFollows) {
  ScriptedControl control(
      {{json_reply(400, R"({"error":{"code":"bad_filter","message":"no such key"}})")}, {json_reply(500, "oops")}});
  ControlClient client = client_of(control);
  bool taken = false;
  auto reply = client.follow("/api/stream", [&](std::string_view) { return taken = true; });
  ASSERT_TRUE(reply.has_value());
  EXPECT_FALSE(taken);
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(reply->fault(), "no such key");
  reply = client.ask("GET", "/api/status");
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->fault(), "the proxy answered 500");
}

TEST(ControlClient, TellsWhatIsNoAnswer) {
  ScriptedControl control({{}, {"SSH-2.0-OpenSSH\r\n"}, {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}});
  ControlClient client = client_of(control);
  for (int i = 0; i < 3; ++i) {
    auto reply = client.ask("GET", "/api/status");
    ASSERT_FALSE(reply.has_value()) << i;
    EXPECT_THAT(reply.error(), HasSubstr("no answer: ")) << i;
  }
}

TEST(ControlClient, SaysWhereItLookedWhenNobodyListens) {
  test::TemporaryFolder folder;
  auto client = ControlClient::find({folder / "control", folder / "other/control"});
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error(), "no proxy of yours runs here: nobody listens at " + (folder / "control"));
}

TEST(ControlClient, EncodesWhateverAFilterHas) {
  EXPECT_EQ(percent_encoded("status:5xx time>500ms \"a&b\" \xc3\xa4+~"),
            "status%3A5xx%20time%3E500ms%20%22a%26b%22%20%C3%A4%2B~");
}

}  // namespace
}  // namespace porthole::app
