// What a program says to its service manager arrives whole, or the caller is told.
#include "io/datagram.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace porthole::io {
namespace {

// A service manager's socket; '@' begins an abstract name, as in $NOTIFY_SOCKET.
class Receiver {
 public:
  explicit Receiver(std::string path)
      : path_(std::move(path)), descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    if (path_[0] == '@') address.sun_path[0] = '\0';
    auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), length), 0);
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver() {
    ::close(descriptor_);
    if (path_[0] != '@') ::unlink(path_.c_str());
  }
  // The next datagram, or "" when none waits.
  std::string receive() {
    char room[4096];
    ssize_t n = ::recv(descriptor_, room, sizeof room, MSG_DONTWAIT);
    return n > 0 ? std::string(room, static_cast<std::size_t>(n)) : "";
  }

 private:
  std::string path_;
  int descriptor_;
};

class DatagramTest : public ::testing::Test {
 protected:
  DatagramTest() {
    char name[] = "/tmp/porthole-datagram-XXXXXX";
    EXPECT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
  }
  ~DatagramTest() override { ::rmdir(folder_.c_str()); }
  std::string folder_;
};

TEST_F(DatagramTest, ReachesAFilesSocket) {
  Receiver receiver(folder_ + "/notify");
  EXPECT_TRUE(send_datagram(folder_ + "/notify", "READY=1\nMAINPID=7"));
  EXPECT_EQ(receiver.receive(), "READY=1\nMAINPID=7");
  EXPECT_EQ(receiver.receive(), "");
}

TEST_F(DatagramTest, ReachesAnAbstractName) {
  std::string name = "@" + folder_;
  Receiver receiver(name);
  EXPECT_TRUE(send_datagram(name, "WATCHDOG=1"));
  EXPECT_EQ(receiver.receive(), "WATCHDOG=1");
}

TEST_F(DatagramTest, SaysThatNobodyListens) {
  EXPECT_FALSE(send_datagram(folder_ + "/nobody", "READY=1"));
  EXPECT_FALSE(send_datagram("@" + folder_ + "/nobody", "READY=1"));
}

TEST_F(DatagramTest, RefusesNamesThatDoNotFit) {
  EXPECT_FALSE(send_datagram("", "READY=1"));
  EXPECT_FALSE(send_datagram(std::string(sizeof(sockaddr_un::sun_path), 'x'), "READY=1"));
  EXPECT_FALSE(send_datagram(std::string(10'000, '@'), "READY=1"));
}

TEST_F(DatagramTest, DoesNotWaitForAReceiverThatDoesNotRead) {
  Receiver receiver(folder_ + "/notify");
  int sent = 0;
  while (send_datagram(folder_ + "/notify", "WATCHDOG=1")) ASSERT_LT(++sent, 100'000);
  EXPECT_GT(sent, 0);
  EXPECT_EQ(receiver.receive(), "WATCHDOG=1");
  EXPECT_TRUE(send_datagram(folder_ + "/notify", "WATCHDOG=1"));
}

}  // namespace
}  // namespace porthole::io
