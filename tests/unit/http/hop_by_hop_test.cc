// RFC 9110 §7.6.1: what ends with the connection, and when the connection ends.
#include "http/hop_by_hop.h"

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

// RFC 9112 §9.3
TEST(WantsClose, FollowsVersionAndConnection) {
  RequestHead request;
  EXPECT_FALSE(wants_close(request));
  request.fields.add("Proxy-Connection", "Close");
  EXPECT_TRUE(wants_close(request));
  request.clear();
  request.fields.add("Connection", "a, close");
  EXPECT_TRUE(wants_close(request));
  request.clear();
  request.version = Version::http10;
  request.fields.add("Connection", "keep-alive");
  EXPECT_TRUE(wants_close(request));

  ResponseHead response;
  EXPECT_FALSE(wants_close(response));
  response.version = Version::http10;
  EXPECT_TRUE(wants_close(response));
  response.fields.add("Connection", "Keep-Alive");
  EXPECT_FALSE(wants_close(response));
  response.fields.add("Connection", "close");
  EXPECT_TRUE(wants_close(response));
}

}  // namespace
}  // namespace porthole::http
