// HTTP archives written: by the book, whole, and without secrets unless asked for. tests/e2e has a validator of npm read one.
#include "flow/har.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/coded.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using testing::HasSubstr;
using testing::Not;

class HarTest : public test::FlowRig {
 protected:
  HarTest() {
    options_.redact.clear();
    recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 1);
    sink_ = std::make_unique<RingSink>(recorder_->ring(0), recorder_->content_wanted());
  }
  void exchange(std::string_view request_head, std::string_view post, std::string_view response_head,
                std::string_view body) {
    request(1, request_head);
    content(1, Direction::request, post);
    clock_.advance(std::chrono::milliseconds(10));
    response(1, response_head);
    content(1, Direction::response, body);
    clock_.advance(std::chrono::milliseconds(5));
    std::string_view method = request_head.substr(0, request_head.find(' '));
    sink_->end({1},
               {.flow = {1},
                .status = 200,
                .method = method,
                .target = "http://h/a?b=1&c=%20d&e",
                .host = "h",
                .bytes_in = post.size(),
                .bytes_out = body.size(),
                .begun = clock_.wall() - std::chrono::milliseconds(15),
                .took = std::chrono::milliseconds(15)},
               clock_.now());
    step();
  }
  nlohmann::json entry(bool secrets = false, const Mark* mark = nullptr) {
    std::string out = har_head();
    EXPECT_TRUE(append_har_entry(out, reader_, *newest(), mark, secrets, true));
    return nlohmann::json::parse(out + har_tail())["log"]["entries"][0];
  }
};

constexpr std::string_view kRequest =
    "POST http://h/a?b=1&c=%20d&e HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer s3cret\r\nCookie: a=s3cret; b=2\r\nX: "
    "1\r\n\r\n";

TEST_F(HarTest, SaysWhatPassed) {
  exchange(kRequest, "in", "HTTP/1.1 200 Very well\r\nContent-Type: text/plain\r\nLocation: /x\r\n\r\n", "out");
  auto one = entry();
  EXPECT_EQ(one["request"]["method"], "POST");
  EXPECT_EQ(one["request"]["url"], "http://h/a?b=1&c=%20d&e");
  EXPECT_EQ(one["request"]["httpVersion"], "HTTP/1.1");
  EXPECT_EQ(one["request"]["queryString"].dump(),
            R"([{"name":"b","value":"1"},{"name":"c","value":"%20d"},{"name":"e","value":""}])");
  EXPECT_EQ(one["request"]["postData"]["text"], "in");
  EXPECT_EQ(one["request"]["bodySize"], 2);
  EXPECT_EQ(one["response"]["status"], 200);
  EXPECT_EQ(one["response"]["statusText"], "Very well");
  EXPECT_EQ(one["response"]["redirectURL"], "/x");
  EXPECT_EQ(one["response"]["content"]["mimeType"], "text/plain");
  EXPECT_EQ(one["response"]["content"]["text"], "out");
  EXPECT_EQ(one["startedDateTime"], "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(one["time"], 15.0);
}

TEST_F(HarTest, TimesAddUpAndAreMinusOneWhereTheyDoNotApply) {
  exchange(kRequest, "", "HTTP/1.1 200 OK\r\n\r\n", "out");
  auto timings = entry()["timings"];
  EXPECT_EQ(timings["dns"], -1.0);
  EXPECT_EQ(timings["ssl"], -1);
  double sum = 0;
  for (const auto& [name, value] : timings.items()) sum += std::max(value.get<double>(), 0.0);
  EXPECT_NEAR(sum, entry()["time"].get<double>(), 0.001);
}

TEST_F(HarTest, HasNoSecretsUnlessAskedFor) {
  exchange(kRequest, "", "HTTP/1.1 200 OK\r\nSet-Cookie: id=s3cret; Path=/\r\n\r\n", "out");
  EXPECT_THAT(entry().dump(), Not(HasSubstr("s3cret")));
  EXPECT_TRUE(entry()["request"]["cookies"].empty());
  auto all = entry(true);
  EXPECT_EQ(all["request"]["headers"][1]["value"], "Bearer s3cret");
  EXPECT_EQ(all["request"]["cookies"].dump(), R"([{"name":"a","value":"s3cret"},{"name":"b","value":"2"}])");
  EXPECT_EQ(all["response"]["cookies"].dump(), R"([{"name":"id","value":"s3cret"}])");
}

TEST_F(HarTest, ContentThatBrokeInItsCodingIsSaidToBeCut) {
  std::string whole = test::encoded(std::string(100'000, 'a') + "end", "gzip");
  exchange(kRequest, "", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", whole.substr(0, whole.size() / 2));
  auto content = entry()["response"]["content"];
  EXPECT_EQ(content["_truncated"]["kept"], content["text"].get<std::string>().size());
  EXPECT_FALSE(content["_truncated"]["why"].get<std::string>().empty());
}

TEST_F(HarTest, ABlankBehindANameMakesNoOtherField) {
  exchange(kRequest, "", "HTTP/1.1 200 OK\r\nSet-Cookie : id=s3cret\r\nContent-Type : text/css\r\n\r\n", "out");
  EXPECT_THAT(entry().dump(), Not(HasSubstr("s3cret")));
  EXPECT_EQ(entry()["response"]["content"]["mimeType"], "text/css");
}

TEST_F(HarTest, ContentIsDecodedAndBase64WhereItIsNoText) {
  std::string gzip = test::encoded(std::string(1000, 'z'), "gzip");
  exchange(kRequest, "\xff", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip);
  auto one = entry();
  EXPECT_EQ(one["request"]["postData"]["text"], "/w==");
  EXPECT_EQ(one["request"]["postData"]["_encoding"], "base64");
  EXPECT_EQ(one["response"]["content"]["text"], std::string(1000, 'z'));
  EXPECT_EQ(one["response"]["content"]["size"], 1000);
  EXPECT_EQ(one["response"]["content"]["compression"], 1000 - gzip.size());
}

TEST_F(HarTest, WhatCannotBeDecodedIsKeptAndSaidSo) {
  exchange(kRequest, "", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "no gzip");
  auto content = entry()["response"]["content"];
  EXPECT_EQ(content["text"], "no gzip");
  EXPECT_EQ(content["_contentCodingKept"], true);
}

TEST_F(HarTest, WhatWasNotKeptIsSaidSo) {
  request(1, kRequest);
  response(1, "HTTP/1.1 200 OK\r\n\r\n");
  content(1, Direction::response, "part");
  end(1, 1000);
  step();
  EXPECT_EQ(entry()["response"]["content"]["_truncated"].dump(), R"({"kept":4,"size":1000})");
}

TEST_F(HarTest, TunnelsAndOpenFlowsHaveNoPlace) {
  request(1, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
  step();
  std::string out;
  EXPECT_FALSE(append_har_entry(out, reader_, *newest(), nullptr, false, true));
  sink_->end(
      {1}, {.flow = {1}, .end = End::tunnelled, .status = 200, .method = "CONNECT", .target = "h:443", .host = "h:443"},
      clock_.now());
  step();
  EXPECT_FALSE(append_har_entry(out, reader_, *newest(), nullptr, false, true));
  EXPECT_EQ(out, "");
}

TEST_F(HarTest, HasTheNoteAsComment) {
  exchange(kRequest, "", "HTTP/1.1 200 OK\r\n\r\n", "");
  Mark mark{.note = "look"};
  EXPECT_EQ(entry(false, &mark)["comment"], "look");
  EXPECT_FALSE(entry().contains("comment"));
}

}  // namespace
}  // namespace porthole::flow
