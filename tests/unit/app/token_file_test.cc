// The token of the inspector, on the disk.
#include "app/token_file.h"

#include <fstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temporary_folder.h"

namespace porthole::app {
namespace {

using testing::HasSubstr;

class TokenFile : public testing::Test {
 protected:
  std::string path() { return folder_ / "state/porthole/token"; }
  std::expected<std::string, std::string> token() { return token_in(folder_ / "state/porthole", random_); }
  void put(const std::string& text, mode_t mode) {
    std::ofstream(path()) << text;
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
  }
  test::TemporaryFolder folder_;
  SystemRandom random_;
};

TEST_F(TokenFile, IsMadeOnceForItsOwnerAlone) {
  auto first = token();
  ASSERT_TRUE(first) << first.error();
  EXPECT_EQ(first->size(), 64U);
  EXPECT_EQ(token(), *first);
  struct stat facts{};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat((folder_ / "state/porthole").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700U);
}

TEST_F(TokenFile, ManyThatStartAtOnceHaveTheSame) {
  std::vector<std::string> all(8);
  std::vector<std::thread> threads;
  for (std::string& mine : all) {
    threads.emplace_back([&] {
      SystemRandom random;
      mine = *token_in(folder_ / "state/porthole", random);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& mine : all) EXPECT_EQ(mine, all[0]);
}

TEST_F(TokenFile, OneThatOthersCanReadIsRefused) {
  std::string good = *token();
  put(good, 0644);
  EXPECT_THAT(token().error(), HasSubstr("chmod 600"));
  put(good, 0600);
  EXPECT_EQ(token(), good);
}

TEST_F(TokenFile, WhatIsNoTokenIsRefused) {
  ASSERT_TRUE(token());
  for (const std::string& text :
       {std::string(), std::string("short"), std::string(63, 'a'), std::string(64, 'A'), std::string(200, 'a')}) {
    put(text, 0600);
    EXPECT_THAT(token().error(), HasSubstr("no token")) << text;
  }
}

TEST_F(TokenFile, WithoutAFolderNothingIsTouched) {
  EXPECT_THAT(token_in("", random_).error(), HasSubstr("HOME"));
  EXPECT_NE(::access("/token", F_OK), 0);
}

TEST_F(TokenFile, ALinkIsNotFollowed) {
  ASSERT_TRUE(token());
  ::unlink(path().c_str());
  ASSERT_EQ(::symlink("/etc/hostname", path().c_str()), 0);
  EXPECT_FALSE(token());
}

}  // namespace
}  // namespace porthole::app
