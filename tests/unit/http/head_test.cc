// Heads are pooled: clear() forgets everything and keeps what costs an allocation, within limits.
#include "http/head.h"

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

TEST(Head, ClearForgetsARequest) {
  RequestHead head;
  head.method = Method::post;
  head.raw = "POST http://h/ HTTP/1.0\r\n\r\n";
  head.method_text = head.target_text = head.raw;
  head.version = Version::http10;
  head.fields.add(FieldName::host, "h");
  head.target.scheme = Scheme::http;
  head.clear();
  EXPECT_EQ(head.method, Method::other);
  EXPECT_EQ(head.version, Version::http11);
  EXPECT_TRUE(head.method_text.empty() && head.target_text.empty() && head.fields.empty() && head.raw.empty());
  EXPECT_EQ(head.target.scheme, Scheme::none);
}

TEST(Head, ClearForgetsAResponse) {
  ResponseHead head;
  head.status = 200;
  head.reason = "OK";
  head.fields.add(FieldName::server, "s");
  head.tolerated.push_back({ChangeKind::tolerated_bare_lf, "", ""});
  head.clear();
  EXPECT_EQ(head.status, 0);
  EXPECT_TRUE(head.reason.empty() && head.fields.empty() && head.tolerated.empty());
}

TEST(Head, ClearKeepsTheCapacityOfUsualHeadsOnly) {
  RequestHead head;
  head.raw.reserve(4000);
  head.clear();
  EXPECT_GE(head.raw.capacity(), 4000u);
  head.raw.assign(60000, 'x');
  head.clear();
  EXPECT_LT(head.raw.capacity(), 8192u);
}

TEST(Head, ReasonPhrasesAreTheRegisteredOnes) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(508), "Loop Detected");
  EXPECT_EQ(reason_phrase(599), "");
  EXPECT_EQ(version_text(Version::http10), "1.0");
  EXPECT_EQ(version_text(Version::http2), "2");
}

}  // namespace
}  // namespace porthole::http
