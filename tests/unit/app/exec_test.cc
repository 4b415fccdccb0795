// `porthole exec` without a network: codes, and what is told. tests/e2e/exec.test.mjs runs the program.
#include "app/exec.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

int exec(std::vector<const char*> words) {
  words.insert(words.begin(), {"porthole", "exec"});
  CommandLine line = parse_command_line(static_cast<int>(words.size()), words.data());
  EXPECT_EQ(line.error, "");
  return run_exec(line, {"", line.flags, {{"PATH", "/usr/bin:/bin"}, {"PORTHOLE_LOG_LEVEL", "nonsense"}}});
}

TEST(Exec, TheCodeIsTheCommandsAndVariablesOfOursDoNotCount) {
  EXPECT_EQ(exec({"--", "sh", "-c", "exit 7"}), 7);
  EXPECT_EQ(exec({"--", "sh", "-c", "test -n \"$http_proxy\""}), 0);
  EXPECT_EQ(exec({"--", "no-such-program"}), 127);
}

TEST(Exec, RefusesWrongFlagsBeforeAnythingRuns) {
  EXPECT_EQ(exec({"--deny-rest", "--allow", "http://shop.test", "--", "true"}), kUsage);
  EXPECT_EQ(exec({"--access-log", "nonsense", "--", "true"}), kUsage);
}

TEST(Exec, TellsEachServerOnceWithTheNumberOfRequests) {
  EXPECT_EQ(refused_text({{"cdn.test", 443, 1}, {"::1", 8080, 3}}),
            "porthole: --deny-rest refused\n  cdn.test:443\n  [::1]:8080  3 times\n");
}

}  // namespace
}  // namespace porthole::app
