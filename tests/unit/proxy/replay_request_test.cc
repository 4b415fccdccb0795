// What a user composed becomes one request with one meaning, or none.
#include "proxy/replay_request.h"

#include <gtest/gtest.h>

namespace porthole::proxy {
namespace {

control::ReplayRequest request(std::string method = "GET", std::string url = "http://h/a?b=1") {
  return {.of = {}, .method = std::move(method), .url = std::move(url), .fields = {}, .content = {}};
}

TEST(ReplayRequest, WritesHostFromTheUrlAndKeepsFieldsInTheirOrder) {
  auto asked = request("GET", "http://h.test:81/a?b=1");
  asked.fields = {{"X-B", "2"}, {"X-A", ""}, {"x-b", "\xe4 ,\t;"}};
  EXPECT_EQ(compose_replay(asked).value(),
            "GET http://h.test:81/a?b=1 HTTP/1.1\r\nHost: h.test:81\r\nX-B: 2\r\nX-A: \r\nx-b: \xe4 ,\t;\r\n\r\n");
  EXPECT_EQ(compose_replay(request("GET", "http://[::1]?x")).value(),
            "GET http://[::1]?x HTTP/1.1\r\nHost: [::1]\r\n\r\n");
}

TEST(ReplayRequest, LeavesOutWhatFramesTheMessageOrBelongsToTheConnection) {
  auto asked = request("PUT");
  for (const char* name : {"Host", "hOsT", "Content-Length", "Transfer-Encoding", "Trailer", "Connection", "Keep-Alive",
                           "Proxy-Connection", "TE", "Upgrade", "HTTP2-Settings", "Expect"})
    asked.fields.emplace_back(name, "chunked");
  asked.fields.emplace_back("X-Kept", "1");
  asked.content = "0\r\n\r\nGET http://evil/ HTTP/1.1\r\n\r\n";
  EXPECT_EQ(compose_replay(asked).value(),
            "PUT http://h/a?b=1 HTTP/1.1\r\nHost: h\r\nX-Kept: 1\r\nContent-Length: 34\r\n\r\n" + asked.content);
}

TEST(ReplayRequest, SaysThatThereIsNoContentWhereSomeIsExpected) {
  for (const char* method : {"POST", "PUT", "PATCH"})
    EXPECT_NE(compose_replay(request(method)).value().find("Content-Length: 0\r\n"), std::string::npos) << method;
  for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "PURGE"})
    EXPECT_EQ(compose_replay(request(method)).value().find("Content-Length"), std::string::npos) << method;
}

TEST(ReplayRequest, RefusesWhatWouldBecomeAnotherRequest) {
  for (const char* method : {"", "GET /", "G\r\nX: y", "G\tT", "CONNECT", "G\xe4T"})
    EXPECT_EQ(compose_replay(request(method)).error().status, 400) << method;
  for (const char* url :
       {"", "/a", "h/a", "*", "h:80", "https://h/", "ftp://h/", "http://", "http:///a", "http://u:p@h/", "http://h/a b",
        "http://h/\r\nX: y", "http://h/#f", "http://h:0/", "http://0x7f.1/", "http://h/\xe4", "http://h\\@i/"})
    EXPECT_EQ(compose_replay(request("GET", url)).error().status, 400) << url;
  EXPECT_EQ(compose_replay(request("OPTIONS", "*")).error().status, 400);
  for (std::string name : {"", "a b", "a:", "a\r\nb", "\xe4", " a", "a "}) {
    auto asked = request();
    asked.fields = {{name, "v"}};
    EXPECT_EQ(compose_replay(asked).error().status, 400) << name;
  }
  for (std::string value : {std::string("a\r\nX-Evil: 1"), std::string("a\nb"), std::string("a\rb"),
                            std::string("a\0b", 3), std::string("a\x7f"), std::string("\x1b[0m")}) {
    for (const char* name : {"X-A", "Host"}) {  // also where the field is left out
      auto asked = request();
      asked.fields = {{name, value}};
      EXPECT_EQ(compose_replay(asked).error().status, 400) << value;
    }
  }
}

TEST(ReplayRequest, TakesEightMebibytesOfContentAndNoMore) {
  auto asked = request("POST");
  asked.content.assign(control::ReplayRequest::kContentMax, 'c');
  EXPECT_TRUE(compose_replay(asked));
  asked.content += 'c';
  EXPECT_EQ(compose_replay(asked).error().status, 400);
}

}  // namespace
}  // namespace porthole::proxy
