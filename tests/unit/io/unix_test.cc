// Sockets that are files: for their owner alone, one listener each, and what a dead program left is replaced.
#include "io/unix.h"

#include <cerrno>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/far_end.h"
#include "support/tcp_pair.h"
#include "support/temporary_folder.h"

namespace porthole::io {
namespace {

class Unix : public testing::Test {
 protected:
  int connect_errno() {
    auto there = connect_unix(path_);
    if (!there) return there.error().os_errno;
    ::close(*there);
    return 0;
  }
  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "control";
};

TEST_F(Unix, CarriesBytesBothWaysThroughAListener) {
  test::RealWorld world;
  auto socket = listen_unix(path_);
  ASSERT_TRUE(socket.has_value());
  test::Accepted accepted;
  Listener listener(world.loop, std::move(*socket), accepted);
  auto client = connect_unix(path_);
  ASSERT_TRUE(client.has_value());
  ASSERT_TRUE(world.until([&] { return !accepted.streams.empty(); }));
  test::FarEnd server(std::move(accepted.streams[0]));
  ASSERT_EQ(::write(*client, "question", 8), 8);
  std::string heard;
  EXPECT_TRUE(world.until([&] { return (heard += server.heard()).size() >= 8; }));
  EXPECT_EQ(heard, "question");
  server.say("answer");
  char room[16];
  EXPECT_EQ(::read(*client, room, sizeof room), 6);
  server.close();
  EXPECT_EQ(::read(*client, room, sizeof room), 0);
  ::close(*client);
}

TEST_F(Unix, IsForItsOwnerAlone) {
  ::umask(0);
  auto socket = listen_unix(path_);
  ::umask(022);
  ASSERT_TRUE(socket.has_value());
  struct stat facts{};
  ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
  EXPECT_TRUE(S_ISSOCK(facts.st_mode));
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(Unix, HasOneListener) {
  auto first = listen_unix(path_);
  ASSERT_TRUE(first.has_value());
  auto second = listen_unix(path_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().os_errno, EADDRINUSE);
  EXPECT_EQ(connect_errno(), 0) << "the first is as it was";
}

TEST_F(Unix, ReplacesWhatAProgramLeftThatIsGone) {
  EXPECT_EQ(connect_errno(), ENOENT);
  { auto dead = listen_unix(path_); }
  EXPECT_EQ(connect_errno(), ECONNREFUSED);
  auto fresh = listen_unix(path_);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(connect_errno(), 0);
}

TEST_F(Unix, ReplacesNothingElse) {
  FILE* file = std::fopen(path_.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fclose(file);
  EXPECT_EQ(connect_errno(), ECONNREFUSED) << "as if a program had left it";
  auto socket = listen_unix(path_);
  ASSERT_FALSE(socket.has_value());
  EXPECT_EQ(socket.error().os_errno, EADDRINUSE);
  EXPECT_EQ(::access(path_.c_str(), F_OK), 0);
}

TEST_F(Unix, RefusesAPathThatDoesNotFit) {
  std::string longest = folder_ / std::string(108, 'a');
  EXPECT_EQ(listen_unix(longest).error().os_errno, ENAMETOOLONG);
  EXPECT_EQ(connect_unix(longest).error().os_errno, ENAMETOOLONG);
  EXPECT_EQ(listen_unix("").error().os_errno, ENAMETOOLONG);
}

}  // namespace
}  // namespace porthole::io
