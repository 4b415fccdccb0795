// A folder that is for its user alone and goes with all that is in it.
#include "app/scratch_folder.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/announcement.h"
#include "support/temporary_folder.h"

namespace porthole::app {
namespace {

TEST(ScratchFolder, IsForItsUserAloneAndGoes) {
  test::TemporaryFolder parent;
  ::setenv("TMPDIR", parent.path().c_str(), 1);
  std::string path;
  {
    ScratchFolder one("test"), two("test");
    path = one.path();
    EXPECT_NE(path, two.path());
    EXPECT_THAT(path, testing::StartsWith(parent / "porthole-test-"));
    struct stat facts{};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700U);
    ASSERT_EQ(::mkdir((path + "/in").c_str(), 0700), 0);
    ASSERT_TRUE(write_file(path + "/in/file", "x"));
  }
  struct stat facts{};
  EXPECT_NE(::stat(path.c_str(), &facts), 0);
  ::unsetenv("TMPDIR");
}

TEST(ScratchFolder, IsInTmpWhereTheVariableNamesNoFolder) {
  ::setenv("TMPDIR", "/no/such/folder", 1);
  EXPECT_THAT(ScratchFolder("test").path(), testing::StartsWith("/tmp/porthole-test-"));
  ::unsetenv("TMPDIR");
}

}  // namespace
}  // namespace porthole::app
