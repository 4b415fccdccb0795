// What is sent on for a received request, and the list of changes that says so: RFC 9110 §7.6, RFC 9112 §3.2.
#include "http/forward_request.h"

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

struct Request {
  std::string target;
  std::string text;  // fields and changes, or the error
  Error error;
  bool ok = false;
};

Request forward(std::string_view text, RequestForwarding how = {.via_name = "me"}) {
  RequestHead in;
  read(text, in);
  if (Result<Framing> framing = request_framing(in)) how.framing = *framing;
  RequestHead out;
  Changes changes;
  Result<void> result = forward_request(in, how, out, changes);
  Request request;
  request.ok = result.has_value();
  if (!result) request.error = result.error();
  request.target = out.target_text;
  request.text = text_of(out, changes);
  return request;
}

// RFC 9112 §3.2.1, §3.2.2: the whole head of a usual request.
TEST(ForwardRequest, AUsualRequest) {
  Request request =
      forward("GET http://h:80/p?q HTTP/1.1\r\nHost: h:80\r\nUser-Agent: u\r\nProxy-Connection: keep-alive\r\n");
  EXPECT_EQ(request.target, "/p?q");
  EXPECT_EQ(request.text,
            "|Host: h:80|User-Agent: u|Via: 1.1 me| changes: target_to_origin_form[http://h:80/p?q][/p?q] "
            "hop_by_hop_removed[Proxy-Connection: keep-alive][] via_added[][Via: 1.1 me]");
}

// RFC 9112 §3.2.2, bad-inputs 28
TEST(ForwardRequest, HostIsWrittenFromTheTargetAndFirst) {
  Request request = forward("GET http://[::1]:0080/ HTTP/1.1\r\nA: b\r\nHost: other\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Host: [::1]:80|A: b|"));
  EXPECT_THAT(request.text, HasSubstr("host_from_target[Host: other][Host: [::1]:80]"));
  EXPECT_THAT(forward("GET http://h:/ HTTP/1.1\r\nHost: h:\r\n").text, HasSubstr("|Host: h|"));
  EXPECT_THAT(forward("GET http://h/ HTTP/1.0\r\n").text, HasSubstr("host_from_target[][Host: h]"));
}

// RFC 9110 §5.1 and §5.3; §10.1.3, §11.6.2, §13.2.1: what is meant for the server is not ours to touch.
TEST(ForwardRequest, FieldsForTheServerPassInOrder) {
  constexpr std::string_view kFields =
      "x-B: 1\r\nCookie: a=1\r\nX-b: 2\r\nCookie: b=2\r\nReferer: http://h/page\r\nAuthorization: Basic Zm9v\r\n"
      "If-None-Match: \"a\", \"b\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nIf-Match: *\r\n"
      "If-Unmodified-Since: soon\r\nIf-Range: \"a\"\r\nRange: lines=1-2\r\nCache-Control: no-transform, x=1\r\n"
      "Accept-Encoding: br;q=0.1\r\nUser-Agent: u\r\nX-Odd: \"q, \\\" ,,\xff\r\nX-Empty: \r\n";
  std::string expected = "|Host: h";
  std::string_view rest = kFields;
  while (!rest.empty()) expected += "|" + std::string(test::next_line(rest));
  Request request = forward("GET http://h/ HTTP/1.1\r\nHost: h\r\n" + std::string(kFields));
  EXPECT_EQ(request.text,
            expected + "|Via: 1.1 me| changes: target_to_origin_form[http://h/][/] via_added[][Via: 1.1 me]");
}

// RFC 9110 §7.7: not a character of path and query, nor of a host name.
TEST(ForwardRequest, PathQueryAndNameAreNotRewritten) {
  for (const char* path : {"/a/../b/./c//d", "/%7Euser/%2F%2f/%00", "/?x=%20&&y=/?#"}) {
    std::string text = path;
    text.resize(std::min(text.size(), text.find('#')));
    EXPECT_EQ(forward("GET http://h" + text + " HTTP/1.1\r\nHost: h\r\n").target, text);
  }
  EXPECT_THAT(forward("GET http://ExAmple/ HTTP/1.1\r\nHost: x\r\n").text, HasSubstr("|Host: ExAmple|"));
  EXPECT_THAT(forward("GET http://www.Example.COM./ HTTP/1.1\r\nHost: x\r\n").text,
              HasSubstr("|Host: www.Example.COM.|"));
}

TEST(ForwardRequest, AnOriginFormKeepsItsHost) {
  Request request = forward("GET /x HTTP/1.1\r\nHost: h\r\n");
  EXPECT_EQ(request.target, "/x");
  EXPECT_EQ(request.text, "|Host: h|Via: 1.1 me| changes: via_added[][Via: 1.1 me]");
}

// RFC 9110 §7.7, RFC 9112 §3.2.1 and §3.2.4
TEST(ForwardRequest, EmptyPaths) {
  EXPECT_EQ(forward("GET http://h HTTP/1.1\r\nHost: h\r\n").target, "/");
  EXPECT_EQ(forward("GET http://h?q HTTP/1.1\r\nHost: h\r\n").target, "/?q");
  EXPECT_EQ(forward("OPTIONS http://h HTTP/1.1\r\nHost: h\r\n").target, "*");
  EXPECT_EQ(forward("OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\n").target, "/");
  EXPECT_EQ(forward("OPTIONS http://h?q HTTP/1.1\r\nHost: h\r\n").target, "/?q");
  EXPECT_EQ(forward("OPTIONS * HTTP/1.1\r\nHost: h\r\n").target, "*");
}

// RFC 9112 §3.2.2: to a parent.
TEST(ForwardRequest, TheAbsoluteFormStaysForAParent) {
  Request request = forward("GET http://h HTTP/1.1\r\nHost: h\r\n", {.via_name = "", .absolute_form = true});
  EXPECT_EQ(request.target, "http://h");
  EXPECT_EQ(request.text, "|Host: h| changes:");
  EXPECT_EQ(forward("CONNECT h:443 HTTP/1.1\r\nHost: x\r\n").target, "h:443");
  EXPECT_THAT(forward("CONNECT h:443 HTTP/1.1\r\nHost: x\r\n").text, HasSubstr("|Host: h:443|"));
}

// RFC 9110 §7.6.1, bad-inputs 34 and 35
TEST(ForwardRequest, FieldsNamedByConnectionAreRemoved) {
  Request request = forward(
      "GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close, X-Foo ,cookie\r\nx-fOO: 1\r\nCookie: c\r\n"
      "connection: Connection, X-Forwarded-For\r\nX-Forwarded-For: me\r\nY: z\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Host: h|Y: z|Via: 1.1 me|"));
  EXPECT_THAT(request.text, HasSubstr("connection_named_removed[x-fOO: 1][]"));
  EXPECT_THAT(request.text, HasSubstr("connection_named_removed[Cookie: c][]"));
  EXPECT_THAT(request.text, HasSubstr("connection_removed[Connection: close, X-Foo ,cookie][]"));
  EXPECT_THAT(request.text, HasSubstr("connection_removed[connection: Connection, X-Forwarded-For][]"));
}

TEST(ForwardRequest, ConnectionMayNotNameHostOrFraming) {
  for (const char* name :
       {"host", "Content-Length", "transfer-encoding", "Content-Type", "content-encoding", "Content-Range"}) {
    Request request =
        forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, " + std::string(name) + "\r\n");
    EXPECT_FALSE(request.ok) << name;
    EXPECT_EQ(request.error.status, 400) << name;
  }
}

TEST(ForwardRequest, ConnectionHasAtMost64Options) {
  std::string options = "a";
  for (int i = 0; i < 63; ++i) options += ", a";
  EXPECT_TRUE(forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: " + options + "\r\n").ok);
  EXPECT_EQ(forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: " + options + ", a\r\n").error.status, 400);
}

// RFC 9110 §7.6.1, bad-inputs 36
TEST(ForwardRequest, HopByHopFieldsAreRemovedEvenWhenConnectionDoesNotNameThem) {
  Request request = forward(
      "GET http://h/ HTTP/1.1\r\nHost: h\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: gzip\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AA\r\nProxy-Authorization: Basic Zm9v\r\nTrailer: X-Sum\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Host: h|Trailer: X-Sum|Via: 1.1 me|"));
  EXPECT_THAT(request.text, HasSubstr("proxy_authorization_consumed[Proxy-Authorization: Basic Zm9v][]"));
  EXPECT_THAT(request.text, HasSubstr("te_rewritten[TE: gzip][]"));
  EXPECT_THAT(request.text, HasSubstr("upgrade_regenerated[Upgrade: h2c][]"));
}

// RFC 9110 §10.1.4
TEST(ForwardRequest, TeTrailersIsWrittenAnew) {
  Request request = forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nTE: gzip, trailers\r\nConnection: TE\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Host: h|TE: trailers|Connection: TE|Via: 1.1 me|"));
  EXPECT_THAT(request.text, HasSubstr("te_rewritten[TE: gzip, trailers][TE: trailers]"));
  EXPECT_THAT(request.text, Not(HasSubstr("connection_removed")));
  EXPECT_THAT(forward("GET http://h/ HTTP/1.0\r\nTE: trailers\r\n").text, Not(HasSubstr("|TE")));
  // RFC 9112 §7.4: chunked is understood anyway and never named.
  EXPECT_THAT(forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nTE: chunked, trailers\r\nConnection: TE\r\n").text,
              HasSubstr("|Host: h|TE: trailers|Connection: TE|"));
  EXPECT_THAT(forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nTE: chunked\r\nConnection: TE\r\n").text,
              HasSubstr("|Host: h|Via"));
}

// RFC 9110 §7.8
TEST(ForwardRequest, UpgradeIsWrittenAnewWhenItIsAskedForProperly) {
  Request request = forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Host: h|Upgrade: websocket|Connection: upgrade|Via"));
  request = forward(
      "GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c, foo/1\r\nUpgrade: (, websocket\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Upgrade: foo/1, websocket|Connection: upgrade|"));
  EXPECT_THAT(request.text, HasSubstr("upgrade_regenerated[Upgrade: h2c, foo/1][Upgrade: foo/1, websocket]"));
  // RFC 6455 §4.2, §9.1: the handshake is the two ends' own, extensions included.
  constexpr std::string_view kHandshake =
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, x\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nOrigin: http://o\r\n";
  request = forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
                    std::string(kHandshake));
  for (std::string_view rest = kHandshake; !rest.empty();) {
    EXPECT_THAT(request.text, HasSubstr("|" + std::string(test::next_line(rest)) + "|"));
  }
  for (const char* head :
       {"GET http://h/ HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n",
        "GET http://h/ HTTP/1.0\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n",
        "GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\n",
        "POST http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n"}) {
    EXPECT_THAT(forward(head).text, Not(HasSubstr("|Upgrade"))) << head;
  }
}

// RFC 9112 §6: never the client's octets.
TEST(ForwardRequest, FramingIsWrittenAnewInItsPlace) {
  Request request = forward("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 005\r\nA: b\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Host: h|Content-Length: 5|A: b|"));
  EXPECT_THAT(request.text, HasSubstr("framing_rewritten[Content-Length: 005][Content-Length: 5]"));
  request =
      forward("POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: ,Chunked\r\nA: b\r\nTransfer-Encoding:\r\n");
  EXPECT_THAT(request.text, HasSubstr("|Host: h|Transfer-Encoding: chunked|A: b|Via"));
  EXPECT_THAT(forward("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n").text,
              Not(HasSubstr("framing_rewritten")));
  EXPECT_THAT(forward("POST http://h/ HTTP/1.1\r\nHost: h\r\n").text, Not(HasSubstr("Content-Length")));
}

TEST(ForwardRequest, AnotherFramingThanReceivedReplacesTheField) {
  RequestHead in;
  read("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n", in);
  RequestHead out;
  Changes changes;
  ASSERT_TRUE(forward_request(in, {.framing = {.kind = Kind::chunked}}, out, changes));
  EXPECT_THAT(text_of(out, changes), HasSubstr("|Host: h|Transfer-Encoding: chunked|"));
  EXPECT_THAT(text_of(out, changes), HasSubstr("content_length_dropped[Content-Length: 5][]"));
}

// RFC 9110 §10.1.1
TEST(ForwardRequest, ExpectIsForHttp11Only) {
  EXPECT_THAT(forward("POST http://h/ HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n").text,
              HasSubstr("|Expect: 100-continue|"));
  EXPECT_THAT(forward("POST http://h/ HTTP/1.0\r\nExpect: 100-continue\r\n").text,
              HasSubstr("expect_dropped[Expect: 100-continue][]"));
}

// RFC 9110 §7.6.2
TEST(ForwardRequest, MaxForwardsCountsDownForTraceAndOptions) {
  EXPECT_THAT(forward("TRACE http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 10\r\n").text,
              HasSubstr("|Max-Forwards: 9|"));
  EXPECT_THAT(forward("OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 1\r\n").text,
              HasSubstr("|Max-Forwards: 0|"));
  EXPECT_THAT(forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 10\r\n").text,
              HasSubstr("|Max-Forwards: 10|"));
  // RFC 9110 §9.3.7: none of our own.
  EXPECT_THAT(forward("OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\n").text, Not(HasSubstr("Max-Forwards")));
  EXPECT_THAT(forward("TRACE http://h/ HTTP/1.1\r\nHost: h\r\n").text, Not(HasSubstr("Max-Forwards")));
  EXPECT_EQ(forward("TRACE http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n").error.status, 400);
  EXPECT_EQ(forward("TRACE http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: x\r\n").error.status, 400);
}

// RFC 9110 §7.6.3, bad-inputs 49
TEST(ForwardRequest, ViaIsAppendedAndOurOwnNameIsALoop) {
  EXPECT_THAT(forward("GET http://h/ HTTP/1.0\r\nVia: 1.1 a, 1.0 b (me)\r\n").text,
              HasSubstr("|Via: 1.1 a, 1.0 b (me)|Via: 1.0 me|"));
  // Members of different protocols are not merged.
  EXPECT_THAT(forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nVia: 1.0 a\r\nVia: 2 b, 1.1 c\r\n").text,
              HasSubstr("|Via: 1.0 a|Via: 2 b, 1.1 c|Via: 1.1 me|"));
  EXPECT_THAT(forward("GET http://h/ HTTP/1.0\r\nVia: 1.1 me2, me, 1.1 Me\r\n").text, HasSubstr("via_added"));
  for (const char* via : {"1.1 me", "1.0 a, 1.1\tme (x)", "HTTP/1.1   me", "1.1 a,, 1.1 me"}) {
    Request request = forward("GET http://h/ HTTP/1.1\r\nHost: h\r\nVia: " + std::string(via) + "\r\n");
    EXPECT_EQ(request.error.status, 508) << via;
    EXPECT_EQ(request.error.token, Token::proxy_loop_detected) << via;
  }
}

// RFC 9112 §2.3
TEST(ForwardRequest, TheVersionIsOurs) {
  EXPECT_THAT(forward("GET http://h/ HTTP/1.0\r\n").text, HasSubstr("version_ours[HTTP/1.0][HTTP/1.1]"));
}

}  // namespace
}  // namespace porthole::http
