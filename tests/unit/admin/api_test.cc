// The calls of docs/user/api.md over recorded flows.
#include "admin/api.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "support/api_rig.h"
#include "support/ws_frames.h"

namespace porthole::admin {
namespace {

using ApiTest = test::ApiRig;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> paths(const nlohmann::json& list) {
  std::vector<std::string> all;
  for (const auto& row : list["rows"]) all.push_back(row["path"]);
  return all;
}

TEST_F(ApiTest, ListsTheNewestFirst) {
  exchange(1, "/1");
  exchange(2, "/2");
  exchange(3, "/3");
  step();
  auto list = get("/api/flows?limit=2");
  EXPECT_THAT(paths(list), ElementsAre("/3", "/2"));
  EXPECT_EQ(list["more"], true);
  EXPECT_EQ(list["total"], 3);
  EXPECT_EQ(list["seq"], 3);
  EXPECT_THAT(paths(get("/api/flows?before=" + flow::id_text({2}))), ElementsAre("/1"));
  EXPECT_THAT(paths(get("/api/flows?skip=1&limit=1")), ElementsAre("/2"));
}

TEST_F(ApiTest, AFilterCountsAllThatMatch) {
  for (std::uint64_t flow = 1; flow <= 20; ++flow) exchange(flow, flow % 2 ? "/odd" : "/even");
  step();
  auto list = get("/api/flows?filter=path:/odd&limit=3");
  EXPECT_THAT(paths(list), ElementsAre("/odd", "/odd", "/odd"));
  EXPECT_EQ(list["total"], 10);
}

TEST_F(ApiTest, AFilterThatIsWrongNamesItsWord) {
  Answer answer = ask("GET", "/api/flows?filter=status:200%20hots:x");
  EXPECT_EQ(answer.status, 400);
  auto error = nlohmann::json::parse(answer.body)["error"];
  EXPECT_EQ(error["code"], "bad_filter");
  EXPECT_EQ(error["offset"], 11);
  EXPECT_EQ(error["length"], 4);
  EXPECT_EQ(error["word"], "hots");
  EXPECT_THAT(std::string(error["message"]), HasSubstr("did you mean host?"));
  EXPECT_EQ(ask("GET", "/api/stream?filter=a:(").status, 400);
  EXPECT_EQ(ask("GET", "/api/filter?text=a:(").status, 400);
}

TEST_F(ApiTest, ShowsAFlowWithItsHeadsAndExplainsIt) {
  exchange(5);
  step();
  auto shown = get("/api/flows/" + flow::id_text({5}));
  EXPECT_EQ(shown["row"]["path"], "/a");
  EXPECT_EQ(shown["heads"]["request_received"]["text"], "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(shown["content"]["response"]["kept"], 12);
  EXPECT_EQ(get("/api/flows/" + flow::id_text({5}) + "/explain")["request"]["lines"][1]["name"], "Host");
}

TEST_F(ApiTest, WaitsForAFlowThatIsOnItsWayToTheDisk) {
  exchange(1);
  step();
  exchange(2);
  clock_.advance(std::chrono::milliseconds(1));
  recorder_->step();  // not flushed yet
  std::atomic<bool> over = false;
  std::thread recorder([&] {
    while (!over) recorder_->step();
  });
  Answer answer = ask("GET", "/api/flows/" + flow::id_text({2}));
  over = true;
  recorder.join();
  EXPECT_EQ(answer.status, 200);
}

TEST_F(ApiTest, AFlowThatIsNotThereIs404) {
  exchange(1);
  step();
  for (std::string_view id : {"0000000000009", "x", "", "../../token", "0000000000001x"}) {
    for (std::string_view rest : {"", "/explain", "/request/body", "/response/body"})
      EXPECT_EQ(ask("GET", fmt::format("/api/flows/{}{}", id, rest)).status, 404) << id << rest;
  }
}

TEST_F(ApiTest, GivesARequestToPaste) {
  exchange(1);
  step();
  std::string path = "/api/flows/" + flow::id_text({1}) + "/snippet";
  Answer answer = ask("GET", path + "?as=curl&secrets=1");
  EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("'http://h/a'"));
  EXPECT_EQ(ask("GET", path + "?as=perl").status, 400);
  EXPECT_EQ(ask("GET", "/api/flows/0000000000009/snippet?as=curl").status, 404);
}

TEST_F(ApiTest, GivesTheMessagesOfAWebSocketWhileItIsOpen) {
  request(1, "GET http://h/chat HTTP/1.1\r\nHost: h\r\n\r\n");
  response(1, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
  content(1, flow::Direction::request,
          test::ws_frame({.payload = "hi", .masked = true}) +
              test::ws_frame({.first = 0x88, .payload = "\x03\xe8", .masked = true}));
  content(1, flow::Direction::response,
          test::ws_frame({.first = 0x82, .payload = "abc"}) + test::ws_frame({.first = 0xc1, .payload = "?"}));
  step();
  std::string path = "/api/flows/" + flow::id_text({1});
  auto all = get(path + "/messages");
  EXPECT_EQ(all["kind"], "websocket");
  for (auto& one : all["messages"]) one.erase("at");
  EXPECT_EQ(all["messages"].dump(), nlohmann::json::parse(R"json([
      {"n": 0, "direction": "client", "opcode": "text", "size": 2, "text": "hi"},
      {"n": 1, "direction": "client", "opcode": "close", "size": 0, "code": 1000, "text": ""},
      {"n": 2, "direction": "server", "opcode": "binary", "size": 3, "base64": "YWJj"},
      {"n": 3, "direction": "server", "opcode": "unreadable", "size": 0, "text": "",
       "fault": "a reserved bit is set that no extension has a use for (RFC 6455 §5.2)"}])json")
                                        .dump());
  EXPECT_EQ(get(path + "/explain")["story"][0], "Both switched to WebSocket: 1 message to the server, 1 back.");
}

TEST_F(ApiTest, GivesMessagesFromANumberOn) {
  request(1, "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");
  response(1, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  content(1, flow::Direction::response, "data: one\n\nevent: tick\ndata: \xff\n\n");
  end(1, 32);
  step();
  std::string path = "/api/flows/" + flow::id_text({1}) + "/messages";
  auto all = get(path);
  EXPECT_EQ(all["kind"], "sse");
  EXPECT_EQ(all["more"], false);
  ASSERT_EQ(all["messages"].size(), 2U);
  EXPECT_EQ(all["messages"][0]["text"], "one");
  EXPECT_EQ(all["messages"][0]["direction"], "server");
  EXPECT_EQ(all["messages"][1]["opcode"], "tick");
  EXPECT_EQ(all["messages"][1]["base64"], "/w==");
  auto later = get(path + "?after=0");
  ASSERT_EQ(later["messages"].size(), 1U);
  EXPECT_EQ(later["messages"][0]["n"], 1);
  EXPECT_TRUE(get(path + "?after=1")["messages"].empty());
}

TEST_F(ApiTest, MarksAFlowAndTellsTheList) {
  exchange(1);
  exchange(2, "/b");
  step();
  auto feed = live_->listen({}, {});
  pull(*feed);
  std::string path = "/api/flows/" + flow::id_text({1});
  EXPECT_EQ(ask("PATCH", path + "/mark", R"({"pinned":true,"colour":"red","tags":["t"]})").status, 204);
  EXPECT_EQ(get(path)["row"]["mark"]["colour"], "red");
  EXPECT_THAT(pull(*feed), HasSubstr(R"("upd":[{"id":"0000000000001")"));
  EXPECT_THAT(paths(get("/api/flows?filter=is:pinned%20tag:t")), ElementsAre("/a"));
  EXPECT_EQ(ask("PATCH", path + "/mark", R"({"colour":"none"})").status, 400);
  EXPECT_EQ(ask("PATCH", "/api/flows/0000000000009/mark", "{}").status, 404);
  EXPECT_EQ(ask("PATCH", path + "/mark", R"({"note":"n"})").status, 204);
  EXPECT_EQ(get(path)["row"]["mark"]["pinned"], true);  // another page's pin outlives this one's note
  EXPECT_EQ(ask("PATCH", path + "/mark", R"({"pinned":null,"colour":null,"note":null,"tags":[]})").status, 204);
  EXPECT_FALSE(get(path)["row"].contains("mark"));
}

TEST_F(ApiTest, WhatWasSaidOfAFlowThatIsGoneCanBeTakenBack) {
  std::string path = "/api/flows/" + flow::id_text({77}) + "/mark";
  step();
  ASSERT_TRUE(marks_.set({77}, {.note = "old"}, {}));
  EXPECT_EQ(ask("PATCH", path, R"({"note": "new"})").status, 404);
  EXPECT_EQ(ask("PATCH", path, R"({"note": null})").status, 204);
  EXPECT_EQ(marks_.find({77}), nullptr);
  EXPECT_EQ(ask("PATCH", path, R"({"note": null})").status, 404);
}

TEST_F(ApiTest, AFlowIsFoundWhenItsPinWasTakenOutBehindAListThatBeganWithIt) {
  exchange(1, "/1");
  exchange(2, "/2");
  step();
  std::string first = "/api/flows/" + flow::id_text({1}), second = "/api/flows/" + flow::id_text({2});
  ASSERT_EQ(ask("PATCH", first + "/mark", R"({"pinned": true})").status, 204);
  restart();
  ASSERT_NE(recorder_->rows().find({1})->last.sequence() & flow::Store::kCopies, 0U) << "its row means the pin";
  EXPECT_EQ(ask("PATCH", first + "/mark", R"({"pinned": false})").status, 204);
  EXPECT_EQ(get(first)["row"]["path"], "/1");
  EXPECT_EQ(ask("PATCH", second + "/mark", R"({"pinned": true})").status, 204) << "in a copy of the same name";
  EXPECT_EQ(get(first)["row"]["path"], "/1");
  EXPECT_EQ(get(second)["row"]["path"], "/2");
}

TEST_F(ApiTest, APinnedFlowIsThereWhenItsSegmentHasGone) {
  exchange(1, "/1");
  step();
  std::string path = "/api/flows/" + flow::id_text({1});
  ASSERT_EQ(ask("PATCH", path + "/mark", R"({"pinned": true, "note": "n"})").status, 204);
  for (std::uint64_t id = 2; recorder_->metrics().evicted_segments.value() == 0; ++id) {
    ASSERT_LT(id, 2000U);
    request(id, "GET http://h/fill HTTP/1.1\r\n\r\n");
    content(id, flow::Direction::response, std::string(16'000, 'f'), 16'000);
    end(id, 16'000);
    step();
  }
  EXPECT_EQ(get(path)["row"]["path"], "/1");
  EXPECT_EQ(ask("PATCH", path + "/mark", R"({"pinned": false})").status, 204);
  EXPECT_EQ(marks_.find({1})->note, "n");
}

TEST_F(ApiTest, SaysOfHowManyTheRowsDoNotDecide) {
  exchange(1);
  request(2, "GET http://h/open HTTP/1.1\r\n\r\n");
  step();
  EXPECT_EQ(get("/api/flows?filter=path:/a")["unsure"], 0);
  EXPECT_EQ(get("/api/flows?filter=zebrafish")["unsure"], 1)
      << "a field's value may have it; what goes on is asked again";
  EXPECT_EQ(get("/api/flows?below=1")["total"], 1);
  EXPECT_EQ(get("/api/flows")["rows"][0]["n"], 1);
  EXPECT_EQ(get("/api/flows")["next"], 2);
}

TEST_F(ApiTest, AFlowThatIsOpenCannotBePinnedYet) {
  request(1, "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");
  step();
  EXPECT_EQ(get("/api/flows/" + flow::id_text({1}))["row"]["state"], "open");
  EXPECT_EQ(ask("PATCH", "/api/flows/" + flow::id_text({1}) + "/mark", R"({"pinned":true})").status, 409);
  EXPECT_EQ(ask("PATCH", "/api/flows/" + flow::id_text({1}) + "/mark", R"({"note":"n"})").status, 204);
}

TEST_F(ApiTest, ForgetsAllThatIsNotPinned) {
  exchange(1);
  exchange(2, "/b");
  step();
  ask("PATCH", "/api/flows/" + flow::id_text({1}) + "/mark", R"({"pinned":true})");
  std::atomic<bool> over = false;
  std::thread recorder([&] {
    while (!over) recorder_->step();
  });
  Answer answer = ask("DELETE", "/api/flows");
  over = true;
  recorder.join();
  EXPECT_EQ(nlohmann::json::parse(answer.body)["removed"], 1);
  EXPECT_THAT(paths(get("/api/flows")), ElementsAre("/a"));
  EXPECT_EQ(ask("GET", "/api/flows/" + flow::id_text({2})).status, 404);
  EXPECT_EQ(get("/api/flows/" + flow::id_text({1}))["content"]["response"]["kept"], 12);
}

TEST_F(ApiTest, ForgetsWhatWasSaidOfWhatItForgets) {
  exchange(1);
  exchange(2);
  request(3, "GET http://h/open HTTP/1.1\r\n\r\n");
  step();
  ASSERT_TRUE(marks_.set({1}, {.note = "gone"}, {}));
  ASSERT_TRUE(marks_.set({3}, {.note = "goes on"}, {}));
  ASSERT_EQ(ask("PATCH", "/api/flows/" + flow::id_text({2}) + "/mark", R"({"pinned": true})").status, 204);
  ask("DELETE", "/api/flows");
  EXPECT_EQ(marks_.find({1}), nullptr);
  EXPECT_NE(marks_.find({2}), nullptr);
  EXPECT_NE(marks_.find({3}), nullptr);
}

TEST_F(ApiTest, TellsHowItStands) {
  exchange(1);
  step();
  auto status = get("/api/status");
  EXPECT_EQ(status["version"], PORTHOLE_VERSION);
  EXPECT_EQ(status["pid"], 77);
  EXPECT_EQ(status["started"], 5'000'000);
  EXPECT_EQ(status["proxy"][0], "127.0.0.1:8083");
  EXPECT_EQ(status["capture"]["on"], true);
  EXPECT_EQ(status["capture"]["flows"], 1);
  EXPECT_EQ(status["capture"]["keep"], 4 << 20);
}

TEST_F(ApiTest, HoldsTheRecorderAndSaysSo) {
  EXPECT_EQ(ask("PATCH", "/api/capture", R"({"held": true})").status, 204);
  EXPECT_EQ(recorder_->metrics().held.value(), 1);
  auto capture = get("/api/status")["capture"];
  EXPECT_EQ(capture["on"], true);
  EXPECT_EQ(capture["paused"], true);
  EXPECT_EQ(capture["held"], true);
  EXPECT_EQ(capture["why"], "by hand");
  for (std::string_view wrong : {"", "{}", "true", R"({"held": 1})", R"({"held": true, "x": 1})"})
    EXPECT_EQ(ask("PATCH", "/api/capture", wrong).status, 400) << wrong;
  EXPECT_EQ(ask("PATCH", "/api/capture", R"({"held": false})").status, 204);
  EXPECT_EQ(get("/api/status")["capture"]["paused"], false);
}

TEST_F(ApiTest, WithoutARecorderItSaysWhyAndShowsNothing) {
  make_api(nullptr);
  auto status = get("/api/status");
  EXPECT_EQ(status["capture"]["on"], false);
  EXPECT_EQ(status["capture"]["why"], "capture.on is false");
  EXPECT_EQ(get("/api/flows")["total"], 0);
  EXPECT_EQ(ask("GET", "/api/flows/" + flow::id_text({1})).status, 404);
  Answer stream = ask("GET", "/api/stream");
  EXPECT_THAT(pull(*stream.feed), HasSubstr("\"flows\":0"));
}

TEST_F(ApiTest, CompletesWritesFiltersAnewAndGuides) {
  auto offers = get("/api/complete?text=status:200%20me");
  EXPECT_EQ(offers["offset"], 11);
  EXPECT_EQ(offers["offers"][0]["text"], "method:");
  EXPECT_EQ(get("/api/filter?text=%20host:a%20%20%20and%20status:5xx")["text"], "host:a status:5xx");
  EXPECT_EQ(get("/api/guide?word=via")[0]["name"], "Via");
  EXPECT_GT(get("/api/guide").size(), 180U);
}

TEST_F(ApiTest, WhatIsNoCallIs404AndAnotherMethodIs405) {
  EXPECT_EQ(ask("GET", "/api/").status, 404);
  EXPECT_EQ(ask("GET", "/api/flowsx").status, 404);
  EXPECT_EQ(ask("GET", "/api/flows/x/y").status, 404);
  Answer answer = ask("POST", "/api/status");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(field(answer, "Allow"), "GET");
  EXPECT_EQ(field(ask("POST", "/api/flows"), "Allow"), "GET, DELETE");
  EXPECT_EQ(ask("HEAD", "/api/status").status, 200);
}

}  // namespace
}  // namespace porthole::admin
