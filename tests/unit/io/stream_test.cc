// What a kernel's errno becomes for the client, the log and Proxy-Status.
#include "io/stream.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace porthole::io {
namespace {

TEST(StreamError, NamesTheTokenOfRfc9209) {
  EXPECT_EQ(stream_error(Side::upstream, ECONNREFUSED).token, Token::connection_refused);
  EXPECT_EQ(stream_error(Side::upstream, ETIMEDOUT).token, Token::connection_timeout);
  EXPECT_EQ(stream_error(Side::upstream, EHOSTUNREACH).token, Token::destination_ip_unroutable);
  EXPECT_EQ(stream_error(Side::upstream, ENETUNREACH).token, Token::destination_ip_unroutable);
  EXPECT_EQ(stream_error(Side::client, ECONNRESET).token, Token::connection_terminated);
  EXPECT_EQ(stream_error(Side::client, EPIPE).token, Token::connection_terminated);
  EXPECT_EQ(stream_error(Side::client, EIO).token, Token::connection_terminated);
}

TEST(StreamError, KeepsTheSideAndTheErrno) {
  Error error = stream_error(Side::client, ECONNRESET);
  EXPECT_EQ(error.side, Side::client);
  EXPECT_EQ(error.os_errno, ECONNRESET);
  EXPECT_STRNE(error.detail, "");
}

TEST(StreamError, TakesOurOwnLackOfDescriptorsUponUs) {
  for (int reason : {EMFILE, ENFILE}) {
    EXPECT_EQ(stream_error(Side::upstream, reason).side, Side::us);
    EXPECT_EQ(stream_error(Side::upstream, reason).token, Token::connection_limit_reached);
  }
}

}  // namespace
}  // namespace porthole::io
