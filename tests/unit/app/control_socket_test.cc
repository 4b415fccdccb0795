// Where the control socket lies, and that it is its owner's alone.
#include "app/control_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/unix.h"
#include "support/temporary_folder.h"

namespace porthole::app {
namespace {

using Variables = std::map<std::string, std::string>;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ControlSocket, LiesWhereBothSidesLook) {
  EXPECT_EQ(control_path({{"HOME", "/home/a"}}), "/home/a/.local/state/porthole/control");
  EXPECT_EQ(control_path({{"HOME", "/home/a"}, {"XDG_RUNTIME_DIR", "/run/user/7"}}), "/run/user/7/porthole/control");
  EXPECT_EQ(control_path({{"XDG_RUNTIME_DIR", "/run/user/7"}, {"RUNTIME_DIRECTORY", "/run/porthole:/run/b"}}),
            "/run/porthole/control");
  EXPECT_EQ(control_path({}), "");
  EXPECT_THAT(
      control_paths({{"HOME", "/home/a"}, {"XDG_RUNTIME_DIR", "/run/user/7"}}),
      ElementsAre("/run/user/7/porthole/control", "/home/a/.local/state/porthole/control", "/run/porthole/control"));
  EXPECT_THAT(control_paths({}), ElementsAre("/run/porthole/control"));
}

TEST(ControlSocket, IsThereAsLongAsItsProgram) {
  test::TemporaryFolder folder;
  std::string path = folder / "state/porthole/control";
  {
    auto socket = ControlSocket::open(path);
    ASSERT_TRUE(socket.has_value()) << socket.error();
    EXPECT_EQ(socket->path(), path);
    struct stat facts{};
    ASSERT_EQ(::stat((folder / "state/porthole").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700U);
    auto second = ControlSocket::open(path);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error(), path + ": another proxy has its socket there");
    EXPECT_EQ(::access(path.c_str(), F_OK), 0);
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(ControlSocket, LeavesTheFileOfWhoCameAfterIt) {
  test::TemporaryFolder folder;
  std::string path = folder / "porthole/control";
  auto first = ControlSocket::open(path);
  ASSERT_TRUE(first.has_value());
  { io::ListenSocket closed = first->take(); }
  auto second = ControlSocket::open(path);
  ASSERT_TRUE(second.has_value()) << second.error();
  { ControlSocket gone = std::move(*first); }
  EXPECT_EQ(::access(path.c_str(), F_OK), 0);
}

TEST(ControlSocket, IsNotMadeWhereOthersCouldReplaceIt) {
  test::TemporaryFolder folder;
  std::string shared = folder / "shared";
  ASSERT_EQ(::mkdir(shared.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(shared.c_str(), 0777), 0);
  auto socket = ControlSocket::open(shared + "/control");
  ASSERT_FALSE(socket.has_value());
  EXPECT_THAT(socket.error(), HasSubstr("chmod go-w"));
  EXPECT_FALSE(ControlSocket::open("/proc/no/control").has_value());
}

}  // namespace
}  // namespace porthole::app
