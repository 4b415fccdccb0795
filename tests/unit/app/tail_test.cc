// What is printed of the stream: each flow once, when it has ended.
#include "app/tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "flow/as_json.h"
#include "support/scripted_control.h"

namespace porthole::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const WallTime kStart = WallTime(std::chrono::seconds(1'764'179'000));

std::string row(std::uint64_t id, bool open = false, Duration begun = std::chrono::seconds(1)) {
  flow::Row made;
  made.flow = {id};
  made.open = open;
  made.method = "GET";
  std::string target = "http://shop.test/" + std::to_string(id);
  made.target = target;
  made.status = 200;
  made.begun = kStart + begun;
  std::string text;
  Json json(text);
  flow::append_row(json, made);
  return text;
}

StreamEvent rows(const std::string& add, const std::string& upd = "") {
  return {"rows", "r-1", "{\"seq\":1,\"add\":[" + add + "],\"upd\":[" + upd + "]}"};
}

TEST(Tail, ShowsAFlowOnceWhenItHasEnded) {
  Tail tail(kStart, false, {});
  EXPECT_EQ(tail.take(rows(row(1, true))), "");
  EXPECT_THAT(tail.take(rows("", row(1))), HasSubstr("  http://shop.test/1\n"));
  EXPECT_EQ(tail.take(rows("", row(1))), "") << "it was pinned, say";
}

TEST(Tail, ShowsWhatOneEventTellsInTheOrderOfTheEnds) {
  Tail tail(kStart, false, {});
  auto at = [](int seconds) { return std::chrono::seconds(seconds); };
  std::string page = tail.take(rows(row(4, false, at(4)) + "," + row(2, false, at(2)), row(3, false, at(3))));
  EXPECT_LT(page.find("/2\n"), page.find("/3\n"));
  EXPECT_LT(page.find("/3\n"), page.find("/4\n"));
}

TEST(Tail, LeavesOutWhatEndedBefore) {
  Tail tail(kStart, false, {});
  EXPECT_EQ(tail.take(rows("", row(1, false, std::chrono::seconds(-5)))), "");
}

TEST(Tail, AsJsonIsOneRowALineInAsciiAlone) {
  Tail tail(kStart, true, {.colour = true, .columns = 80});
  std::string one = row(1);
  EXPECT_EQ(tail.take(rows(one)), one + "\n");
  std::string odd = row(2);
  odd.replace(odd.find("GET"), 3, "\xc2\x9b");
  EXPECT_THAT(tail.take(rows(odd)), HasSubstr("\\u009b"));
}

TEST(Tail, ReadsTheListWhenItWasTooSlow) {
  Tail tail(kStart, false, {});
  tail.take(rows(row(1)));
  EXPECT_FALSE(tail.behind());
  EXPECT_EQ(tail.take({"resync", "r-9", "{\"seq\":9}"}), "");
  EXPECT_TRUE(tail.behind());
  std::string page = tail.catch_up("{\"rows\":[" + row(4, true) + "," + row(3, false, std::chrono::seconds(3)) + "," +
                                   row(2) + "," + row(1) + "]}");
  EXPECT_FALSE(tail.behind());
  EXPECT_LT(page.find("/2\n"), page.find("/3\n"));
  EXPECT_EQ(page.find("/1\n"), page.npos);
  EXPECT_EQ(page.find("/4\n"), page.npos);
}

TEST(Tail, PutsUpWithWhatIsNoRow) {
  Tail tail(kStart, false, {});
  for (const char* data : {"", "[]", "nonsense", R"({"add":7})", R"({"add":[7,{}]})"})
    EXPECT_EQ(tail.take({"rows", "", data}), "");
  EXPECT_EQ(tail.take({"message", "", "{}"}), "");
  EXPECT_EQ(tail.catch_up(""), "");
}

struct Said {
  int code;
  std::string out, err;
};
Said tail(std::vector<const char*> words, const std::string& state) {
  words.insert(words.begin(), {"porthole", "tail"});
  CommandLine line = parse_command_line(static_cast<int>(words.size()), words.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  int code = run_tail(line, {"", {}, {{"RUNTIME_DIRECTORY", state}}});
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}
std::string folder_of(const test::ScriptedControl& control) {
  return control.path().substr(0, control.path().rfind('/'));
}

TEST(Tail, RunsUntilTheProxyEnds) {
  flow::Row now;
  now.flow = {5};
  now.method = "GET";
  now.target = "http://shop.test/now";
  now.begun = SystemClock().wall() + std::chrono::hours(1);
  std::string text;
  Json json(text);
  flow::append_row(json, now);
  test::ScriptedControl control({{test::json_reply(200, R"({"capture":{"on":true}})")},
                                 {"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", "event: rows\n",
                                  "data: {\"add\":[" + text + "]}\n\n"}});
  Said said = tail({"status:2xx", "shop"}, folder_of(control));
  EXPECT_EQ(said.code, kFailure);
  EXPECT_THAT(said.out, HasSubstr("http://shop.test/now\n"));
  EXPECT_EQ(said.err, "porthole: the proxy has ended\n");
  EXPECT_THAT(control.finish()[1], StartsWith("GET /api/stream?filter=status%3A2xx%20shop HTTP/1.1\r\n"));
}

TEST(Tail, SaysWhyThereIsNothingToFollow) {
  test::ScriptedControl control({{test::json_reply(200, R"({"capture":{"on":false,"why":"capture.on is false"}})")}});
  Said said = tail({}, folder_of(control));
  EXPECT_EQ(said.code, kFailure);
  EXPECT_EQ(said.err, "porthole: the proxy records nothing (capture.on is false): set on = true in [capture]\n");
  EXPECT_EQ(tail({"statsu:200"}, "/nowhere").code, kUsage);
  said = tail({"status:200", "body:stock"}, "/nowhere");
  EXPECT_EQ(said.code, kUsage);
  EXPECT_THAT(said.err, HasSubstr("\"body:stock\": tail knows no fields and no content"));
}

}  // namespace
}  // namespace porthole::app
