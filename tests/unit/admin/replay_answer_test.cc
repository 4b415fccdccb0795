// POST /api/replay: what is refused at once, and what waits for its flow.
#include "admin/replay_answer.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "support/api_rig.h"

namespace porthole::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ReplayAnswerTest : public test::ApiRig {
 protected:
  Answer post(std::string_view content) { return ask("POST", "/api/replay", content); }
  std::optional<Answer> look(Answer& answer) { return answer.later->look(clock_.now()); }
};

TEST_F(ReplayAnswerTest, AnswersWithTheIdOnceTheListKnowsTheFlow) {
  Answer answer = post(R"({"of": "0000000000007", "method": "PUT", "url": "http://h/a",
                           "fields": [["X-A", "\u00e4\u0000"], ["X-A", ""]], "body": "AP8="})");
  ASSERT_TRUE(answer.later);
  ASSERT_EQ(replay_.requests.size(), 1U);
  const control::ReplayRequest& request = replay_.requests[0];
  EXPECT_EQ(request.of.value, 7U);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.url, "http://h/a");
  ASSERT_EQ(request.fields.size(), 2U);
  EXPECT_EQ(request.fields[0].second, std::string("\xe4\0", 2));  // octets; refusing this is the sender's
  EXPECT_EQ(request.content, std::string("\0\xff", 2));
  EXPECT_FALSE(look(answer));
  replay_.state->came = flow::FlowId{9};
  EXPECT_FALSE(look(answer)) << "the list does not know it yet";
  exchange(9);
  step();
  auto said = look(answer);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->status, 200);
  EXPECT_EQ(said->body, R"({"id":"0000000000009"})");
}

TEST_F(ReplayAnswerTest, ANewRequestIsOfNoFlow) {
  EXPECT_TRUE(post(R"({"method": "GET", "url": "http://h/", "fields": [], "body": ""})").later);
  EXPECT_EQ(replay_.requests.at(0).of.value, 0U);
}

TEST_F(ReplayAnswerTest, SaysWhyItWasNotSent) {
  Answer answer = post(R"({"method": "GET", "url": "http://h/"})");
  replay_.state->came = fail({.side = Side::us, .status = 503, .detail = "the proxy is draining"});
  auto said = look(answer);
  EXPECT_EQ(said->status, 503);
  EXPECT_THAT(said->body, HasSubstr("the proxy is draining"));
}

TEST_F(ReplayAnswerTest, WaitsForAWorkerOnlySoLongAndThenTakesItBack) {
  Answer answer = post(R"({"method": "GET", "url": "http://h/"})");
  EXPECT_FALSE(look(answer));
  clock_.advance(4s);
  EXPECT_FALSE(look(answer));
  clock_.advance(2s);
  EXPECT_EQ(look(answer)->status, 503);
  EXPECT_FALSE(replay_.state->dropped);
  answer = {};  // what the visitor does then, or when it leaves
  EXPECT_TRUE(replay_.state->dropped);
}

TEST_F(ReplayAnswerTest, AFlowThatTheListNeverHearsOfIsNamedInTheEnd) {
  Answer answer = post(R"({"method": "GET", "url": "http://h/"})");
  replay_.state->came = flow::FlowId{9};
  EXPECT_FALSE(look(answer));
  clock_.advance(6s);
  EXPECT_EQ(look(answer)->status, 200);
}

TEST_F(ReplayAnswerTest, RefusesWhatIsNoRequest) {
  for (std::string_view content : {"",
                                   "{",
                                   "[]",
                                   "null",
                                   "7",
                                   R"({"of": "x"})",
                                   R"({"of": 7})",
                                   R"({"of": null})",
                                   R"({"method": 7})",
                                   R"({"url": ["http://h/"]})",
                                   R"({"url": "http://h/\u0100"})",
                                   R"({"fields": {}})",
                                   R"({"fields": [["a"]]})",
                                   R"({"fields": [["a", "b", "c"]]})",
                                   R"({"fields": [["a", 1]]})",
                                   R"({"fields": ["a: b"]})",
                                   R"({"fields": [["a", "\u20ac"]]})",
                                   R"({"body": "?"})",
                                   R"({"body": "AAA"})",
                                   R"({"body": {}})",
                                   R"({"method": "GET", "target": "http://h/"})"}) {
    Answer answer = post(content);
    EXPECT_EQ(answer.status, 400) << content;
    EXPECT_THAT(answer.body, HasSubstr("bad_request")) << content;
  }
  EXPECT_TRUE(replay_.requests.empty());
  replay_.refuses = true;
  Answer answer = post(R"({"method": "CONNECT", "url": "h:443"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("not so"));
}

TEST_F(ReplayAnswerTest, RefusesTooMuchContent) {
  std::string content(control::ReplayRequest::kContentMax + 1, 'c');
  Answer answer = post(R"({"method": "POST", "url": "http://h/", "body": ")" + base64(content) + "\"}");
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(replay_.requests.empty());
  content.pop_back();
  std::string whole = R"({"method": "POST", "url": "http://h/", "body": ")" + base64(content) + "\"}";
  EXPECT_LT(whole.size(), Api::content_max("/api/replay"));
  EXPECT_TRUE(post(whole).later);
}

TEST_F(ReplayAnswerTest, SendsNothingWhileNothingIsRecorded) {
  EXPECT_THAT(api_->session().body, HasSubstr("\"replay\":true"));
  make_api(nullptr);
  EXPECT_THAT(api_->session().body, HasSubstr("\"replay\":false"));
  EXPECT_EQ(post(R"({"method": "GET", "url": "http://h/"})").status, 409);
  EXPECT_TRUE(replay_.requests.empty());
}

TEST_F(ReplayAnswerTest, IsAPost) {
  for (std::string_view method : {"GET", "HEAD", "PUT", "DELETE"})
    EXPECT_EQ(ask(method, "/api/replay").status, 405) << method;
}

}  // namespace
}  // namespace porthole::admin
