// Another program in our place: its code, its signals, what it inherits.
#include "app/foreground.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace porthole::app {
namespace {

// As in a fresh process: no signal is blocked, whatever the tests before have left.
class ForegroundTest : public testing::Test {
 protected:
  ForegroundTest() {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, &before_);
    foreground_.emplace();
  }
  ~ForegroundTest() override { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  int shell(const std::string& script, std::uint64_t descriptors = 256) {
    return foreground_->run({"sh", "-c", script}, {{"PATH", "/usr/bin:/bin"}, {"WORD", "a b=c"}}, descriptors);
  }

  sigset_t before_{};
  std::optional<Foreground> foreground_;
};

TEST_F(ForegroundTest, ReturnsTheCodeOfTheProgram) {
  EXPECT_EQ(shell("exit 0"), 0);
  EXPECT_EQ(shell("exit 7"), 7);
  EXPECT_EQ(shell("kill -TERM $$"), 128 + SIGTERM);
  EXPECT_EQ(shell("kill -KILL $$"), 128 + SIGKILL);
}

TEST_F(ForegroundTest, SaysWhatCannotBeRunAsShellsDo) {
  EXPECT_EQ(foreground_->run({"no-such-program"}, {}, 256), 127);
  EXPECT_EQ(foreground_->run({"/no/such/program"}, {}, 256), 127);
  EXPECT_EQ(foreground_->run({"/etc"}, {}, 256), 126);
}

TEST_F(ForegroundTest, GivesTheVariablesTheLimitAndTheOldMask) {
  EXPECT_EQ(shell("test \"$WORD\" = 'a b=c'"), 0);
  EXPECT_EQ(shell("test -z \"$HOME\""), 0);
  std::uint64_t before = descriptor_soft_limit();
  EXPECT_EQ(shell("test $(ulimit -n) = 123", 123), 0);
  EXPECT_EQ(descriptor_soft_limit(), before);
  EXPECT_EQ(shell("grep -q '^SigBlk:.0*$' /proc/self/status"), 0);
}

TEST_F(ForegroundTest, PassesSignalsOn) {
  for (const char* name : {"TERM", "INT", "HUP", "QUIT", "USR1", "USR2"}) {
    std::string trap =
        std::string("trap 'exit 42' ") + name + "; kill -" + name + " $PPID; while :; do sleep 0.01; done";
    EXPECT_EQ(shell(trap), 42) << name;
  }
}

TEST_F(ForegroundTest, WaitsForAChildWhereSomebodyIgnoredTheEndsOfChildren) {
  std::signal(SIGCHLD, SIG_IGN);
  foreground_.emplace();
  EXPECT_EQ(shell("exit 3"), 3);
}

}  // namespace
}  // namespace porthole::app
