// Two flows as a page, and as JSON.
#include "app/diff_page.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/flow_rig.h"

namespace porthole::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class DiffPage : public test::FlowRig {
 protected:
  DiffPage() {
    flow(1, "X-Trace: 1\r\nCookie: secret\r\n", "one\ntwo\nthree");
    flow(2, "X-Trace: 2\x1b\r\nCookie: hidden\r\n", "one\n2\nthree\n");
    flow(3, "", std::string_view("\0\xff", 2));
    step();
    question_.folder = folder_ / "flows";
    question_.id = id(1);
  }
  void flow(std::uint64_t n, const std::string& fields, std::string_view octets) {
    request(n, "GET http://h/a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    response(n, "HTTP/1.1 200 OK\r\n\r\n");
    content(n, flow::Direction::response, octets);
    end(n, octets.size());
  }
  FlowQuestion question_;
};

TEST_F(DiffPage, ShowsOneBesideTheOther) {
  Answer answer = flow_diff(question_, id(2));
  EXPECT_EQ(answer.exit_code, kOk);
  EXPECT_THAT(answer.out, HasSubstr("--- " + id(1)));
  EXPECT_THAT(answer.out, HasSubstr("+++ " + id(2)));
  EXPECT_THAT(answer.out, HasSubstr("\nRequest, as received\n    GET http://h/a HTTP/1.1\n    Host: h\n"
                                    "  - X-Trace: 1\n  + X-Trace: 2\\x1b\n    Cookie: ******\n"));
  EXPECT_THAT(answer.out, HasSubstr("\nResponse, as received\n    HTTP/1.1 200 OK\n"));
  EXPECT_THAT(answer.out,
              HasSubstr("\nResponse content\n  @@ -1,3 +1,3 @@\n   one\n  -two\n  -three\n  \\ No newline at end\n"
                        "  +2\n  +three\n"));
  EXPECT_THAT(answer.out, Not(HasSubstr("secret")));
  EXPECT_THAT(answer.out, Not(HasSubstr("\x1b")));
  question_.colour = true;
  EXPECT_THAT(flow_diff(question_, id(2)).out, HasSubstr("\x1b[32m  +2\x1b[0m\n"));
}

TEST_F(DiffPage, OfWhatIsNoTextAreSizesAndDigests) {
  EXPECT_THAT(flow_diff(question_, id(3)).out, HasSubstr("\nResponse content\n  - 13 bytes, sha256 "));
  EXPECT_THAT(flow_diff(question_, id(1)).out, HasSubstr("\nResponse content: the same, 13 bytes\n"));
}

TEST_F(DiffPage, IsJsonToo) {
  question_.json = true;
  auto json = nlohmann::json::parse(flow_diff(question_, id(2)).out);
  EXPECT_EQ(json["a"]["id"], id(1));
  EXPECT_EQ(json["request"]["lines"][2],
            nlohmann::json::parse(R"({"kind":"changed","a":"X-Trace: 1","b":"X-Trace: 2\u001b"})"));
  EXPECT_EQ(json["response"]["content"]["hunks"][0]["lines"],
            nlohmann::json::parse(R"([" one\n","-two\n","-three","+2\n","+three\n"])"));
  EXPECT_EQ(json["response"]["content"]["a"]["decoded"], 13);
  EXPECT_FALSE(nlohmann::json::parse(flow_diff(question_, id(3)).out)["response"]["content"].contains("hunks"));
}

TEST_F(DiffPage, SaysWhatIsNotThere) {
  EXPECT_EQ(flow_diff(question_, id(99)).exit_code, kFailure);
  EXPECT_EQ(flow_diff(question_, "nonsense").exit_code, kUsage);
  EXPECT_EQ(flow_diff(question_, id(99)).out, "");
}

}  // namespace
}  // namespace porthole::app
