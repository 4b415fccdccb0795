// What is sent on for a received response, and the list of changes that says so: RFC 9110 §7.6, RFC 9112 §6.
#include "http/forward_response.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/heads.h"

namespace porthole::http {
namespace {

using test::read;
using test::text_of;
using testing::HasSubstr;
using testing::Not;
using Kind = Framing::Kind;

struct Response {
  Framing framing;
  std::string text;
  Error error;
};

Response answer(std::string_view text, ResponseForwarding how = {.via_name = "me"}) {
  ResponseHead in;
  read(text, in);
  Changes tolerated;
  how.framing = *response_framing(in, how.request_method, in.tolerated);
  ResponseHead out;
  Changes changes;
  Result<Framing> result = forward_response(in, how, out, changes);
  Response response;
  if (result) response.framing = *result;
  else response.error = result.error();
  response.text = text_of(out, changes);
  return response;
}

TEST(ForwardResponse, AUsualResponse) {
  Response response =
      answer("HTTP/1.1 200 OK\r\nServer: s\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\n",
             {.via_name = "me", .date = "now"});
  EXPECT_EQ(response.framing.kind, Kind::length);
  EXPECT_EQ(response.text,
            "|Server: s|Content-Length: 5|Date: now|Via: 1.1 me| changes: hop_by_hop_removed[Keep-Alive: timeout=5][] "
            "connection_removed[Connection: keep-alive][] date_added[][Date: now] via_added[][Via: 1.1 me]");
}

// RFC 9110 §5.3, §7.7, §10.2.1, §11.6.1, §14.4: what describes the content or the server passes as it came.
TEST(ForwardResponse, FieldsOfTheServerPassInOrder) {
  constexpr std::string_view kFields =
      "Set-Cookie: a=1, b\r\nServer: s\r\nset-cookie: b=2\r\nAllow: GET,  ,PUT\r\n"
      "WWW-Authenticate: Basic realm=\"a, b\", Digest realm=\"c\"\r\nWWW-Authenticate: New\r\nVary: *\r\n"
      "Content-Encoding: gzip\r\nContent-Type: text/plain; charset=x\r\nContent-Range: lines 1-2/9\r\n"
      "Accept-Ranges: lines\r\nETag: W/\"x\"\r\nLast-Modified: yesterday\r\nCache-Control: no-transform\r\n"
      "Proxy-Authenticate: Basic realm=\"p\"\r\nAge: 7\r\nContent-Length: 5\r\nDate: then\r\n";
  std::string expected;
  std::string_view rest = kFields;
  while (!rest.empty()) expected += "|" + std::string(test::next_line(rest));
  Response response = answer("HTTP/1.1 206 Partial Content\r\n" + std::string(kFields));
  EXPECT_EQ(response.text, expected + "|Via: 1.1 me| changes: via_added[][Via: 1.1 me]");
}

// RFC 9110 §7.6.3: with the version that was received.
TEST(ForwardResponse, ViaNamesTheVersionOfTheServer) {
  EXPECT_THAT(answer("HTTP/1.0 200 OK\r\nVia: 2 a\r\nContent-Length: 0\r\n").text, HasSubstr("|Via: 2 a|"));
  EXPECT_THAT(answer("HTTP/1.0 200 OK\r\nVia: 2 a\r\nContent-Length: 0\r\n").text, HasSubstr("|Via: 1.0 me|"));
  EXPECT_THAT(answer("HTTP/1.1 103 Early Hints\r\n").text, HasSubstr("|Via: 1.1 me|"));
}

// RFC 9110 §7.6.1
TEST(ForwardResponse, HopByHopFieldsAreRemovedEvenWhenConnectionDoesNotNameThem) {
  EXPECT_THAT(answer("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n"
                     "Upgrade: h2c\r\nTrailer: X-Sum\r\nContent-Length: 0\r\n")
                  .text,
              testing::StartsWith("|Trailer: X-Sum|Content-Length: 0|Via: 1.1 me| changes:"));
}

// RFC 9110 §6.6.1
TEST(ForwardResponse, DateIsAddedOnlyWhereItIsMissing) {
  EXPECT_THAT(answer("HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: 0\r\n", {.date = "now"}).text,
              Not(HasSubstr("now")));
  EXPECT_THAT(answer("HTTP/1.1 103 Early Hints\r\n", {.date = "now"}).text, Not(HasSubstr("now")));
  EXPECT_THAT(
      answer("HTTP/1.1 200 OK\r\nConnection: date\r\nDate: then\r\nContent-Length: 0\r\n", {.date = "now"}).text,
      HasSubstr("|Content-Length: 0|Date: now|"))
      << "a Date that was for this connection only is one that is missing";
}

// RFC 9112 §6.1
TEST(ForwardResponse, UnknownLengthIsChunkedForHttp11) {
  Response response = answer("HTTP/1.1 200 OK\r\nA: b\r\n");
  EXPECT_EQ(response.framing.kind, Kind::chunked);
  EXPECT_THAT(response.text, HasSubstr("|A: b|Transfer-Encoding: chunked|Via"));
  EXPECT_THAT(response.text, HasSubstr("chunked_by_us[][Transfer-Encoding: chunked]"));
  response = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n");
  EXPECT_EQ(response.framing.kind, Kind::chunked);
  EXPECT_THAT(response.text, HasSubstr("|Transfer-Encoding: chunked|A: b|Via"));
  EXPECT_THAT(response.text, Not(HasSubstr("chunked_by_us")));
}

TEST(ForwardResponse, UnknownLengthEndsWithTheConnectionForHttp10) {
  for (const char* head : {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n"}) {
    Response response = answer(head, {.client_version = Version::http10});
    EXPECT_EQ(response.framing.kind, Kind::until_close);
    EXPECT_THAT(response.text, HasSubstr("|Connection: close|"));
    EXPECT_THAT(response.text, Not(HasSubstr("|Transfer-Encoding")));
  }
  EXPECT_THAT(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", {.client_version = Version::http10}).text,
              HasSubstr("dechunked_for_http10[Transfer-Encoding: chunked][]"));
}

TEST(ForwardResponse, Http2HasNoFramingFieldsOfConnections) {
  Response response = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: x\r\nX: y\r\n",
                             {.client_version = Version::http2, .close = true});
  EXPECT_EQ(response.framing.kind, Kind::chunked);
  EXPECT_THAT(response.text, testing::StartsWith("| changes:"));
}

// RFC 9110 §8.6
TEST(ForwardResponse, HeadAnd304TellTheLengthAndHaveNoContent) {
  Response response = answer("HTTP/1.1 200 OK\r\nContent-Length: 05\r\n", {.request_method = Method::head});
  EXPECT_EQ(response.framing.kind, Kind::none);
  EXPECT_THAT(response.text, HasSubstr("|Content-Length: 5|"));
  EXPECT_THAT(answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n").text, HasSubstr("|Content-Length: 5|"));
  response = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", {.request_method = Method::head});
  EXPECT_EQ(response.framing.kind, Kind::none);
  EXPECT_THAT(response.text, Not(HasSubstr("|Transfer-Encoding")));
  response = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n",
                    {.request_method = Method::head});
  EXPECT_THAT(response.text, Not(HasSubstr("|Content-Length")));
}

TEST(ForwardResponse, InterimsAnd204AndTunnelsHaveNoFramingFields) {
  for (const char* head :
       {"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n"}) {
    Response response = answer(head);
    EXPECT_EQ(response.framing.kind, Kind::none);
    EXPECT_THAT(response.text, HasSubstr("content_length_dropped[Content-Length: "));
    EXPECT_THAT(response.text, Not(HasSubstr("|Content-Length")));
  }
  EXPECT_THAT(answer("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n", {.request_method = Method::head}).text,
              Not(HasSubstr("|Content-Length")));
  Response response = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", {.request_method = Method::connect});
  EXPECT_EQ(response.framing.kind, Kind::none);
  EXPECT_THAT(response.text, Not(HasSubstr("|Transfer-Encoding")));
}

// bad-inputs 2: recorded once, by the codec; here it is only not sent.
TEST(ForwardResponse, BothFramingsAreSentAsChunkedAndRecordedOnce) {
  Response response = answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n");
  EXPECT_THAT(response.text, testing::StartsWith("|Transfer-Encoding: chunked|Via"));
  EXPECT_EQ(response.text.find("content_length_dropped"), response.text.rfind("content_length_dropped"));
}

// RFC 9110 §7.8, §15.5.22
TEST(ForwardResponse, UpgradeIsRelayedOnlyWhereItBelongs) {
  constexpr std::string_view k101 = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n";
  EXPECT_THAT(answer(k101, {.upgrade = true}).text, testing::StartsWith("|Upgrade: websocket|Connection: upgrade|"));
  // RFC 6455 §9.1: what the server accepted of the extensions is not ours to change.
  EXPECT_THAT(answer(std::string(k101) + "Sec-WebSocket-Accept: x=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
                     {.upgrade = true})
                  .text,
              HasSubstr("|Sec-WebSocket-Accept: x=|Sec-WebSocket-Extensions: permessage-deflate|"));
  EXPECT_EQ(answer("HTTP/1.1 101 Switching Protocols\r\n", {.upgrade = true}).error.token, Token::http_upgrade_failed);
  EXPECT_THAT(answer("HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nContent-Length: 0\r\n").text, Not(HasSubstr("|Upgrade")));
  EXPECT_THAT(
      answer("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n", {.close = true}).text,
      HasSubstr("|Upgrade: websocket|Connection: upgrade, close|"));
}

TEST(ForwardResponse, ConnectionNamedFieldsAreRemovedButNeverFraming) {
  Response response = answer(
      "HTTP/1.1 200 OK\r\nConnection: X-Y, content-length, content-type\r\nX-Y: z\r\nContent-Type: "
      "t\r\nContent-Length: 0\r\n");
  EXPECT_THAT(response.text, testing::StartsWith("|Content-Type: t|Content-Length: 0|Via"));
}

TEST(ForwardResponse, ToleratedChangesComeFirst) {
  ResponseHead in;
  read("HTTP/1.0 200 OK\r\n", in);
  in.tolerated.push_back({ChangeKind::tolerated_bare_lf, "", ""});
  ResponseHead out;
  Changes changes;
  ASSERT_TRUE(forward_response(in, {.framing = {.kind = Kind::length, .length = 0}}, out, changes));
  EXPECT_EQ(changes.at(0).kind, ChangeKind::tolerated_bare_lf);
  EXPECT_EQ(changes.at(1).kind, ChangeKind::version_ours);
}

}  // namespace
}  // namespace porthole::http
