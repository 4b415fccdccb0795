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
