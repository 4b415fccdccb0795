// Who holds a port: found in the real /proc for a socket of this very process, and in a copy for the rest.
#include "app/port_holder.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "io/tcp.h"

namespace porthole::app {
namespace {

namespace fs = std::filesystem;

TEST(PortHolder, FindsThisProcess) {
  for (const char* address : {"127.0.0.1:0", "[::1]:0", "0.0.0.0:0"}) {
    auto socket = io::ListenSocket::open(*Endpoint::parse(address), false);
    if (!socket) continue;  // no IPv6 here
    auto holder = find_port_holder(socket->local());
    ASSERT_TRUE(holder.has_value()) << address;
    EXPECT_EQ(holder->pid, ::getpid()) << address;
    EXPECT_FALSE(holder->name.empty());
  }
}

// A /proc of our own making: 127.0.0.1:8083 and [::]:8084 listen, 127.0.0.1:8085 is an established connection.
class ProcCopy : public testing::Test {
 protected:
  ProcCopy() {
    char name[] = "/tmp/porthole-proc-XXXXXX";
    root_ = ::mkdtemp(name);
    fs::create_directories(root_ + "/net");
    std::ofstream(root_ + "/net/tcp")
        << "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        << "   0: 0100007F:1F93 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0\n"
        << "   1: 0100007F:1F95 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0\n";
    std::ofstream(root_ + "/net/tcp6") << "  sl  local_address remote_address st\n"
                                       << "   0: 00000000000000000000000000000000:1F94 "
                                          "00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 333 1 0\n";
    process(7, "nginx", "socket:[111]");
    process(9, "two words", "socket:[444]");
  }
  ~ProcCopy() override { fs::remove_all(root_); }
  void process(int pid, const std::string& name, const std::string& target) {
    std::string dir = root_ + "/" + std::to_string(pid);
    fs::create_directories(dir + "/fd");
    fs::create_symlink(target, dir + "/fd/5");
    std::ofstream(dir + "/comm") << name << "\n";
  }
  std::optional<PortHolder> find(const char* address) { return find_port_holder(*Endpoint::parse(address), root_); }
  std::string root_;
};

TEST_F(ProcCopy, NamesTheProgram) {
  auto holder = find("127.0.0.1:8083");
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->text(), "nginx (process 7)");
  EXPECT_EQ(find("0.0.0.0:8083")->pid, 7) << "all addresses include that one";
}

TEST_F(ProcCopy, ADualStackListenerHoldsIPv4Too) {
  auto holder = find("127.0.0.1:8084");
  ASSERT_TRUE(holder.has_value());
  EXPECT_EQ(holder->pid, 0) << "nobody visible has inode 333";
  EXPECT_EQ(holder->text(), "a process that cannot be seen from here");
}

TEST_F(ProcCopy, ConnectionsAndOtherAddressesHoldNothing) {
  EXPECT_FALSE(find("127.0.0.1:8085").has_value());
  EXPECT_FALSE(find("127.0.0.2:8083").has_value());
  EXPECT_FALSE(find("[::1]:8083").has_value());
}

}  // namespace
}  // namespace porthole::app
