// RFC 9112 §6.3: how long a message's content is. The spellings of bad-inputs 1-12 are in tests/golden/wire; here is each
// rule, and what depends on the method and the status.
#include "http/framing.h"

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

using Kind = Framing::Kind;

struct Line {
  std::string_view name, value;
};

Result<Framing> of_request(std::initializer_list<Line> lines, Method method = Method::post,
                           Version version = Version::http11) {
  RequestHead head;
  head.method = method;
  head.version = version;
  for (const Line& line : lines) head.fields.add(line.name, line.value);
  return request_framing(head);
}

Result<Framing> of_response(std::uint16_t status, std::initializer_list<Line> lines, Method method = Method::get,
                            Version version = Version::http11) {
  ResponseHead head;
  head.status = status;
  head.version = version;
  for (const Line& line : lines) head.fields.add(line.name, line.value);
  Changes changes;
  return response_framing(head, method, changes);
}

TEST(RequestFraming, NothingMeansNoContent) { EXPECT_EQ(of_request({})->kind, Kind::none); }

TEST(RequestFraming, Length) {
  EXPECT_EQ(of_request({{"Content-Length", "0"}})->kind, Kind::length);
  EXPECT_FALSE(of_request({{"Content-Length", "0"}})->has_content());
  EXPECT_EQ(of_request({{"content-length", "9223372036854775807"}})->length, 9223372036854775807u);
  EXPECT_EQ(of_request({{"Content-Length", "9223372036854775808"}}).error().status, 400);
}

TEST(RequestFraming, Chunked) { EXPECT_EQ(of_request({{"Transfer-Encoding", "CHUNKED"}})->kind, Kind::chunked); }

TEST(RequestFraming, NeverBoth) {
  EXPECT_EQ(of_request({{"Transfer-Encoding", "chunked"}, {"Content-Length", "1"}}).error().status, 400);
}

TEST(RequestFraming, AnUnknownCodingBeforeChunkedIs501) {
  EXPECT_EQ(of_request({{"Transfer-Encoding", "gzip, chunked"}}).error().status, 501);
  EXPECT_EQ(of_request({{"Transfer-Encoding", "chunked, gzip"}}).error().status, 400);
}

TEST(RequestFraming, NoTransferEncodingInHttp10) {
  EXPECT_EQ(of_request({{"Transfer-Encoding", "chunked"}}, Method::post, Version::http10).error().status, 400);
}

TEST(RequestFraming, ConnectHasNoContent) {
  EXPECT_EQ(of_request({{"Content-Length", "0"}}, Method::connect)->kind, Kind::none);
  EXPECT_EQ(of_request({{"Content-Length", "1"}}, Method::connect).error().status, 400);
  EXPECT_EQ(of_request({{"Transfer-Encoding", "chunked"}}, Method::connect).error().status, 400);
}

// Rule 1
TEST(ResponseFraming, SomeStatusesAndAnswersToHeadHaveNoContent) {
  for (int status : {100, 101, 103, 199, 204, 304}) {
    EXPECT_EQ(of_response(static_cast<std::uint16_t>(status), {{"Content-Length", "5"}})->kind, Kind::none) << status;
  }
  EXPECT_EQ(of_response(200, {{"Content-Length", "5"}}, Method::head)->kind, Kind::none);
  EXPECT_EQ(of_response(200, {{"Transfer-Encoding", "chunked"}}, Method::head)->kind, Kind::none);
  EXPECT_EQ(of_response(200, {}, Method::head)->kind, Kind::none);
  EXPECT_EQ(of_response(205, {{"Content-Length", "0"}})->kind, Kind::length);
}

// Rule 2
TEST(ResponseFraming, A2xxToConnectIsATunnel) {
  EXPECT_EQ(of_response(200, {{"Content-Length", "nonsense"}}, Method::connect)->kind, Kind::none);
  EXPECT_EQ(of_response(407, {{"Content-Length", "5"}}, Method::connect)->length, 5u);
}

// Rule 3, bad-inputs 2
TEST(ResponseFraming, ChunkedWinsOverLengthIsRecordedAndForbidsReuse) {
  ResponseHead head;
  head.status = 200;
  head.raw = "Content-Length: 5";
  std::string_view raw = head.raw;
  head.fields.add(raw.substr(0, 14), raw.substr(16));
  head.fields.add("Transfer-Encoding", "chunked");
  Changes changes;
  Framing framing = *response_framing(head, Method::get, changes);
  EXPECT_EQ(framing.kind, Kind::chunked);
  EXPECT_TRUE(framing.reuse_forbidden);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, ChangeKind::content_length_dropped);
  EXPECT_EQ(changes[0].before, "Content-Length: 5");
}

// Rule 4: we never offer another coding, so its content cannot be read.
TEST(ResponseFraming, OtherCodingsAre502) {
  EXPECT_EQ(of_response(200, {{"Transfer-Encoding", "gzip"}}).error().status, 502);
  EXPECT_EQ(of_response(200, {{"Transfer-Encoding", "gzip, chunked"}}).error().token, Token::http_protocol_error);
}

// bad-inputs 11
TEST(ResponseFraming, TransferEncodingInHttp10IsDecodedAndTheConnectionNotKept) {
  Framing framing = *of_response(200, {{"Transfer-Encoding", "chunked"}}, Method::get, Version::http10);
  EXPECT_EQ(framing.kind, Kind::chunked);
  EXPECT_TRUE(framing.reuse_forbidden);
}

// Rule 5
TEST(ResponseFraming, AnInvalidLengthIs502EvenForHead) {
  for (Method method : {Method::get, Method::head}) {
    EXPECT_EQ(of_response(200, {{"Content-Length", "+5"}}, method).error().status, 502);
    EXPECT_EQ(of_response(200, {{"Content-Length", "5"}, {"Content-Length", "5"}}, method).error().status, 502);
  }
  EXPECT_EQ(of_response(304, {{"Content-Length", ""}}).error().status, 502);
}

// Rules 6 and 8
TEST(ResponseFraming, LengthOrUntilClose) {
  EXPECT_EQ(of_response(200, {{"Content-Length", "0"}})->kind, Kind::length);
  EXPECT_EQ(of_response(200, {})->kind, Kind::until_close);
}

}  // namespace
}  // namespace porthole::http
