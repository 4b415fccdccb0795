// What the kernel says of a connection over loopback.
#include "io/tcp_path.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/memory_stream.h"
#include "support/tcp_pair.h"

namespace porthole::io {
namespace {

TEST(TcpPath, KnowsARoundTripOfAConnectionThatStands) {
  test::RealWorld world;
  test::TcpPair pair(world);
  auto path = pair.dialled->path();
  ASSERT_TRUE(path);
  EXPECT_GT(path->rtt, Duration(0));
  EXPECT_LT(path->rtt, std::chrono::seconds(60));
  EXPECT_LE(path->rtt_min, path->rtt);
  EXPECT_EQ(path->retransmits, 0U);
}

TEST(TcpPath, KnowsNothingOfWhatIsNoConnection) {
  EXPECT_FALSE(tcp_path(-1));
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_FALSE(tcp_path(ends[0]));
  ::close(ends[0]);
  ::close(ends[1]);
  int fresh = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_FALSE(tcp_path(fresh)) << "nothing was measured";
  ::close(fresh);
  test::RealWorld world;
  auto [one, other] = make_memory_streams(world.loop);
  EXPECT_FALSE(one->path());
}

TEST(TcpPath, IsGoneWithTheConnection) {
  test::RealWorld world;
  test::TcpPair pair(world);
  pair.dialled->abort();
  EXPECT_FALSE(pair.dialled->path());
}

}  // namespace
}  // namespace porthole::io
