// What a service manager hears, on a real unix socket.
#include "app/supervisor.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/datagram_receiver.h"

namespace porthole::app {
namespace {

using namespace std::chrono_literals;

TEST(Supervisor, TellsEachStepAsADatagram) {
  test::DatagramReceiver receiver;
  Supervisor supervisor({{"NOTIFY_SOCKET", receiver.path()}}, 1);
  supervisor.ready("serving");
  EXPECT_EQ(receiver.receive(), "READY=1\nSTATUS=serving\n");
  supervisor.reloading(Instant(1'234'567'890ns));
  EXPECT_EQ(receiver.receive(), "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=reading the configuration\n");
  supervisor.stopping();
  EXPECT_TRUE(receiver.receive().starts_with("STOPPING=1\n"));
  supervisor.alive();
  EXPECT_EQ(receiver.receive(), "WATCHDOG=1\n");
}

TEST(Supervisor, WithoutASocketSaysNothing) {
  Supervisor none({}, 1);
  none.ready("x");
  Supervisor nowhere({{"NOTIFY_SOCKET", "/nowhere/notify"}}, 1);
  nowhere.ready("x");
}

TEST(Supervisor, FeedsTheWatchdogAtHalfItsPatience) {
  auto interval = [](std::map<std::string, std::string> variables) {
    variables["NOTIFY_SOCKET"] = "/x";
    return Supervisor(variables, 42).alive_interval();
  };
  EXPECT_EQ(interval({{"WATCHDOG_USEC", "200000"}}), 100ms);
  EXPECT_EQ(interval({{"WATCHDOG_USEC", "200000"}, {"WATCHDOG_PID", "42"}}), 100ms);
  EXPECT_EQ(interval({{"WATCHDOG_USEC", "200000"}, {"WATCHDOG_PID", "43"}}), std::nullopt)
      << "another process is watched";
  EXPECT_EQ(interval({{"WATCHDOG_USEC", "0"}}), std::nullopt);
  EXPECT_EQ(interval({{"WATCHDOG_USEC", "soon"}}), std::nullopt);
  EXPECT_EQ(interval({}), std::nullopt);
}

}  // namespace
}  // namespace porthole::app
