// What must never reach a disk.
#include "flow/redactor.h"

#include <gtest/gtest.h>

#include "flow/ring_sink.h"

namespace porthole::flow {
namespace {

std::string redacted(std::string text) {
  Redactor({"authorization", "cookie"}).redact_lines(text);
  return text;
}

TEST(Redactor, HidesNamedFieldsInAnySpelling) {
  EXPECT_EQ(redacted("GET / HTTP/1.1\r\nAuthorization: Basic abc\r\nHost: h\r\nCOOKIE:a=b; c\r\n\r\n"),
            "GET / HTTP/1.1\r\nAuthorization: *********\r\nHost: h\r\nCOOKIE:******\r\n\r\n");
}

TEST(Redactor, HidesWhatTheCodecPutUpWith) {
  EXPECT_EQ(redacted("HTTP/1.1 200 OK\nCookie : secret\nX: y\n\n"), "HTTP/1.1 200 OK\nCookie : ******\nX: y\n\n");
  EXPECT_EQ(redacted("Cookie: first\r\n  second\r\nX: y\r\n z\r\n"), "Cookie: *****\r\n  ******\r\nX: y\r\n z\r\n");
}

TEST(Redactor, LeavesWhatOnlyLooksLikeIt) {
  std::string text = "GET http://cookie:80/ HTTP/1.1\r\nX-Cookie: a\r\nX: cookie: b\r\nCookie\r\n";
  EXPECT_EQ(redacted(text), text);
}

std::string unparsed(std::string text) {
  Redactor({"authorization", "cookie"}).redact_unparsed(text);
  return text;
}

TEST(Redactor, HidesInWhatDidNotParseWhatNobodyUnderstands) {
  EXPECT_EQ(unparsed("GET http://h/a HTTP/1.1\r\nHost: h\r\nX Y: z\r\nLater: w\r\n\r\n"),
            "GET http://h/a HTTP/1.1\r\nHost: h\r\nX ****\r\nLater: *\r\n\r\n");
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\nCookie: s3cret\r\nwhose is this\r\n"),
            "GET / HTTP/1.1\r\nCookie: ******\r\n*************\r\n");
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\nX: a\rCookie: s3cret\r\n"), "GET / HTTP/1.1\r\nX: a\rCookie: ******\r\n");
  EXPECT_EQ(unparsed("Authorization: s3cret\r\n"), "Authorization: ******\r\n");
  EXPECT_EQ(unparsed("GET / Authorization s3cret\r\n"), "GET / ********************\r\n");
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\nCookie\r\nName: s3cret\r\n"), "GET / HTTP/1.1\r\n******\r\nName: ******\r\n")
      << "a name stays: it is a field's, and somebody else's";
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\nCookie=s3cret\r\n"), "GET / HTTP/1.1\r\n*************\r\n");
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\nCookie=s3cret; more\r\n"), "GET / HTTP/1.1\r\n*******************\r\n");
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\nCookie: a=1\rb:s3cret\r\n"), "GET / HTTP/1.1\r\nCookie: ***\r********\r\n");
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\nCookie: a=s3\ncret: b\r\nX: y\r\n"),
            "GET / HTTP/1.1\r\nCookie: ****\n*******\r\nX: *\r\n");
  EXPECT_EQ(unparsed("POST / HTTP/1.1\r\nX Y: 1\r\n\r\nuser=a&password=b\r\nX: y"),
            "POST / HTTP/1.1\r\nX ****\r\n\r\n*****************\r\n****");
  EXPECT_EQ(unparsed("\r\nGET / HTTP/1.1\n\npassword"), "\r\nGET / HTTP/1.1\n\n********");
  EXPECT_EQ(unparsed("GET / HTTP/1.1\r\n Cookie: s3cret\r\n"), "GET / HTTP/1.1\r\n **************\r\n");
  EXPECT_EQ(unparsed("\x16\x03\x01 binary"), "\x16\x03\x01 binary");
  EXPECT_EQ(unparsed(""), "");
}

// One octet too many anywhere, of those that break a head.
TEST(Redactor, HidesASecretInAHeadThatAnyOctetBroke) {
  const std::string head =
      "GET http://h/ HTTP/1.1\r\nHost: h\r\nAuthorization: 987654\r\nX: y\r\nCookie:a=987654; b:987654\r\nEnd: "
      "z\r\n\r\n987654";
  for (char broken : {'\0', '\r', '\n', '\t', ' ', '\x7f', '\xff', '(', '"'}) {
    for (std::size_t at = 0; at <= head.size(); ++at) {
      std::string text = head;
      text.insert(at, 1, broken);
      std::string hidden = unparsed(text);
      for (std::string_view part : {"98", "87", "76", "65", "54"})
        EXPECT_EQ(hidden.find(part), std::string::npos) << static_cast<int>(broken) << " at " << at << ": " << hidden;
      EXPECT_EQ(unparsed(text).size(), text.size());
    }
  }
}

std::string request(std::string text) {
  Redactor({"authorization", "cookie"}).redact_request(text);
  return text;
}

TEST(Redactor, HidesUserInformationOfTheTarget) {
  EXPECT_EQ(request("GET http://user:s3cret@h/p@q?r=s@t HTTP/1.1\r\nHost: h\r\n\r\n"),
            "GET http://***********@h/p@q?r=s@t HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(unparsed("CONNECT user:s3cret@h:443 HTTP/1.1\r\nX: y\r\n\r\n"),
            "CONNECT ***********@h:443 HTTP/1.1\r\nX: y\r\n\r\n");
  for (std::string_view kept :
       {"GET /a@b HTTP/1.1\r\nFrom: me@h\r\n", "GET http://npm/@scope/b HTTP/1.1\r\nFrom: me@h\r\n",
        "GET http://h?at=a@b HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\nFrom: http://me@h\r\n"}) {
    EXPECT_EQ(request(std::string(kept)), kept);
    EXPECT_EQ(unparsed(std::string(kept)), kept);
  }
  for (std::string_view kept : {"HTTP/1.1 200 OK by admin@h\r\n", "From : me@h\r\n"})
    EXPECT_EQ(redacted(std::string(kept)), kept) << "only a request has a target";
  EXPECT_EQ(redacted("From: me@h\r\n"), "From: me@h\r\n") << "trailers, and what was changed, have no first line";
}

TEST(Redactor, HidesUserInformationInALineThatAnyOctetBroke) {
  for (std::string_view start : {"GET http://u:987654@h/ HTTP/1.1", "CONNECT u:987654@h:1 HTTP/1.1"}) {
    std::string head = std::string(start) + "\r\nHost: h\r\nX: y\r\n\r\n";
    for (char broken : {'\0', '\r', '\n', '\t', ' ', '\x7f', '\xff', '(', '"', ':', '@', '\\'}) {
      for (std::size_t at = 0; at <= head.size(); ++at) {
        std::string text = head;
        text.insert(at, 1, broken);
        std::string hidden = unparsed(text);
        for (std::string_view part : {"98", "87", "76", "65", "54"})
          EXPECT_EQ(hidden.find(part), std::string::npos) << static_cast<int>(broken) << " at " << at << ": " << hidden;
        EXPECT_EQ(unparsed(text).size(), text.size());
      }
    }
  }
}

TEST(Redactor, HidesUserInformationWhateverStandsForABlank) {
  for (char instead : {'\t', '\v', '\0', '(', ':', '\xa0'}) {
    std::string text = "GET http://u:987654@h/ HTTP/1.1\r\nHost: h\r\n\r\n";
    text[3] = instead;
    EXPECT_EQ(unparsed(text).find("9"), std::string::npos) << static_cast<int>(instead);
  }
}

TEST(Redactor, OfNothingHidesNothing) {
  std::string text = "GET /\r\nCookie : a\r\n";
  Redactor({}).redact_unparsed(text);
  EXPECT_EQ(text, "GET /\r\nCookie : a\r\n");
}

TEST(Redactor, HidesBothSidesOfChanges) {
  Ring ring(64_KiB);
  RingSink sink(ring, 0);
  http::RequestHead head;
  head.method_text = "GET";
  head.target_text = "/";
  http::Changes changes = {{http::ChangeKind::hop_by_hop_removed, "Cookie: secret", "Cookie: secret too"}};
  sink.request_sent({1}, head, changes, {});
  std::span<char> payload = ring.front().subspan(sizeof(EventHeader));
  Redactor({"cookie"}).redact(EventKind::request_sent, payload);
  EXPECT_EQ(std::string_view(payload.data(), payload.size()).find("secret"), std::string_view::npos);
  EventReader in({payload.data(), payload.size()});
  in.text();
  in.number<std::uint32_t>();
  in.number<std::uint8_t>();
  EXPECT_EQ(in.text(), "Cookie: ******");
}

TEST(Redactor, LeavesContentAlone) {
  std::string text = "Cookie: this is content\r\n";
  Redactor({"cookie"}).redact(EventKind::data, text);
  EXPECT_EQ(text, "Cookie: this is content\r\n");
}

}  // namespace
}  // namespace porthole::flow
