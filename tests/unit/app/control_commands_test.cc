// status, reload and stop against a script.
#include "app/control_commands.h"

#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/scripted_control.h"

namespace porthole::app {
namespace {

using test::json_reply;
using test::ScriptedControl;
using testing::HasSubstr;

ControlClient client_of(const ScriptedControl& control) { return *ControlClient::find({control.path()}); }

constexpr std::string_view kStatus =
    R"({"version":"0.1.0","started":1764179000000000,"proxy":["127.0.0.1:8083","[::1]:8083"],"pid":4711,"workers":2,)"
    R"("draining":false,"capture":{"on":true,"paused":false,"folder":"/home/a/flows","bytes":1572864,"keep":1073741824,)"
    R"("flows":1234,"open":3,"lost_events":0,"incomplete":0}})";

TEST(ControlCommands, StatusIsAPageOrTheAnswerItself) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  ScriptedControl control({{json_reply(200, kStatus)}, {json_reply(200, kStatus)}});
  ControlClient client = client_of(control);
  WallTime now = WallTime(std::chrono::seconds(1'764'179'000 + 7384));
  EXPECT_EQ(status_answer(client, false, now).out,
            "porthole 0.1.0, process 4711, serving\n"
            "  since    2025-11-26 17:43:20 (2 h 3 min)\n"
            "  proxy    127.0.0.1:8083 [::1]:8083, 2 workers\n"
            "  capture  on, 1.5 MiB of 1.0 GiB in /home/a/flows\n"
            "  flows    1234 recorded, 3 open\n"
            "  control  " +
                control.path() + "\n");
  EXPECT_EQ(status_answer(client, true, now).out, std::string(kStatus) + "\n");
}

TEST(ControlCommands, StatusSaysWhyNothingIsRecorded) {
  ScriptedControl control(
      {{json_reply(200, R"({"capture":{"on":false,"why":"capture.on is false"}})")},
       {json_reply(200, R"({"capture":{"on":true,"paused":true,"why":"No space left on device"}})")},
       {json_reply(200, R"({"version":7})")},
       {json_reply(200, "[]")},
       {json_reply(403, R"({"error":{"code":"x","message":"not for you"}})")}});
  ControlClient client = client_of(control);
  EXPECT_THAT(status_answer(client, false, {}).out, HasSubstr("capture  off: capture.on is false\n"));
  EXPECT_THAT(status_answer(client, false, {}).out, HasSubstr("capture  paused: No space left on device, "));
  for (const char* what :
       {"the proxy's answer is not understood", "the proxy's answer is not understood", "not for you"}) {
    Answer said = status_answer(client, false, {});
    EXPECT_EQ(said.exit_code, kFailure);
    EXPECT_THAT(said.err, HasSubstr(what));
  }
}

TEST(ControlCommands, ReloadTellsABadConfigurationFromAnotherFailure) {
  ScriptedControl control({{"HTTP/1.1 204 No Content\r\n\r\n"},
                           {json_reply(422, R"({"error":{"code":"bad_config","message":"a.toml:2:1: no such key"}})")},
                           {json_reply(500, R"({"error":{"code":"failed","message":"no descriptor"}})")}});
  ControlClient client = client_of(control);
  EXPECT_EQ(reload_answer(client).exit_code, kOk);
  Answer bad = reload_answer(client);
  EXPECT_EQ(bad.exit_code, kBadConfig);
  EXPECT_EQ(bad.err, "porthole: the old configuration is in force: a.toml:2:1: no such key\n");
  EXPECT_EQ(reload_answer(client).exit_code, kFailure);
  EXPECT_THAT(control.finish()[0], testing::StartsWith("POST /api/reload HTTP/1.1\r\n"));
}

TEST(ControlCommands, StopReturnsOnceTheProcessHasEnded) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[1]);
    char room;
    ::_exit(static_cast<int>(::read(ends[0], &room, 1)));
  }
  ScriptedControl control({{json_reply(200, "{\"pid\":" + std::to_string(child) + "}")}, {"HTTP/1.1 204 x\r\n\r\n"}});
  ControlClient client = client_of(control);
  std::thread draining([&] {
    control.finish();  // it was told to
    ::close(ends[1]);
    ::waitpid(child, nullptr, 0);
  });
  Answer said = stop_answer(client);
  EXPECT_EQ(said.exit_code, kOk) << said.err;
  EXPECT_NE(::kill(child, 0), 0);
  draining.join();
  ::close(ends[0]);
}

TEST(ControlCommands, StopDoesNotGuess) {
  ScriptedControl control(
      {{json_reply(200, R"({"pid":"many"})")}, {json_reply(200, R"({"pid":1})")}, {json_reply(403, "{}")}});
  ControlClient client = client_of(control);
  EXPECT_EQ(stop_answer(client).exit_code, kFailure);
  EXPECT_THAT(stop_answer(client).err, HasSubstr("the proxy answered 403"));
  EXPECT_EQ(control.finish().size(), 3U);
}

TEST(ControlCommands, TheProxyThatRunsIsReachedWhereThisMachineCan) {
  auto running = [](std::string_view status) {
    ScriptedControl control({{json_reply(200, status)}});
    return running_proxy({{"RUNTIME_DIRECTORY", control.path().substr(0, control.path().rfind('/'))}});
  };
  EXPECT_EQ(running(kStatus), Endpoint::parse("127.0.0.1:8083"));
  EXPECT_EQ(running(R"({"proxy":["[::]:9000"]})"), Endpoint::parse("[::1]:9000"));
  for (const char* odd : {"{}", R"({"proxy":[]})", R"({"proxy":[7,"x"]})", R"({"proxy":"127.0.0.1:1"})"})
    EXPECT_EQ(running(odd), std::nullopt) << odd;
  EXPECT_EQ(running_proxy({{"RUNTIME_DIRECTORY", "/nowhere"}}), std::nullopt);
}

TEST(ControlCommands, WithoutAProxyTheySayWhereTheyLooked) {
  CommandLine line;
  line.command = CommandLine::Command::status;
  test::TemporaryFolder folder;
  Answer said = control_answer(line, {"", {}, {{"RUNTIME_DIRECTORY", folder.path()}}});
  EXPECT_EQ(said.exit_code, kFailure);
  EXPECT_THAT(said.err, HasSubstr("porthole: no proxy of yours runs here: nobody listens at " + (folder / "control")));
}

}  // namespace
}  // namespace porthole::app
