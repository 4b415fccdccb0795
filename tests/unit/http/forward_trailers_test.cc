// RFC 9110 §6.5.1: what may come after the content, and what would come too late.
#include "http/forward_trailers.h"

#include <string>

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

// RFC 9110 §6.5.1, bad-inputs 19
TEST(ForwardTrailers, OnlyWhatComesNotTooLateIsForwarded) {
  Fields head;
  head.add("Connection", "X-Hop");
  Fields in;
  for (const char* name : {"X-Sum", "Content-Length", "Transfer-Encoding", "Host", "Authorization", "Connection",
                           "Set-Cookie", "X-Hop", "Content-Encoding", "Trailer", "ETag", "Grpc-Status"}) {
    in.add(std::string_view(name), "v");
  }
  Fields out;
  Changes changes;
  forward_trailers(in, head, out, changes);
  std::string names;
  for (const Field& field : out) names += std::string(field.name) + " ";
  EXPECT_EQ(names, "X-Sum ETag Grpc-Status ");
  EXPECT_EQ(changes.size(), 9u);
  EXPECT_EQ(changes[0].kind, ChangeKind::trailer_field_dropped);
}

}  // namespace
}  // namespace porthole::http
