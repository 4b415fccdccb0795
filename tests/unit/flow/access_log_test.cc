// The writer's promises: what is submitted is written in order, what cannot be written is dropped and counted, and nobody waits.
#include "flow/access_log.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace porthole::flow {
namespace {

class AccessLogFile : public testing::Test {
 protected:
  AccessLogFile() {
    char name[] = "/tmp/porthole-access-log-XXXXXX";
    dir_ = ::mkdtemp(name);
    path_ = dir_ + "/access.log";
  }
  ~AccessLogFile() override {
    for (const char* name : {"/access.log", "/access.log.1", "/pipe"}) ::unlink((dir_ + name).c_str());
    ::rmdir(dir_.c_str());
  }
  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::unique_ptr<AccessLogWriter> open() {
    auto writer = AccessLogWriter::open({.format = LogFormat::squid, .to = path_});
    EXPECT_TRUE(writer.has_value());
    return std::move(*writer);
  }
  std::string dir_, path_;
};

TEST_F(AccessLogFile, WritesWhatIsSubmittedInOrder) {
  auto writer = open();
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    std::string text = "line " + std::to_string(i) + "\n";
    expected += text;
    writer->submit(std::move(text), 1);
  }
  std::uint64_t dropped = writer->dropped_lines();
  writer.reset();
  EXPECT_EQ(content(path_), expected);
  EXPECT_EQ(dropped, 0u);
}

TEST_F(AccessLogFile, AppendsToAnOldFile) {
  std::ofstream(path_) << "old\n";
  open()->submit("new\n", 1);
  EXPECT_EQ(content(path_), "old\nnew\n");
}

TEST_F(AccessLogFile, ReopenPutsEarlierLinesInTheOldFile) {
  auto writer = open();
  writer->submit("before\n", 1);
  ASSERT_EQ(std::rename(path_.c_str(), (path_ + ".1").c_str()), 0);
  writer->reopen();
  writer->submit("after\n", 1);
  writer.reset();
  EXPECT_EQ(content(path_ + ".1"), "before\n");
  EXPECT_EQ(content(path_), "after\n");
}

TEST_F(AccessLogFile, AMissingFolderIsAnErrorWithTheReason) {
  auto writer = AccessLogWriter::open({.format = LogFormat::json, .to = dir_ + "/nowhere/access.log"});
  ASSERT_FALSE(writer.has_value());
  EXPECT_EQ(writer.error().os_errno, ENOENT);
  EXPECT_EQ(writer.error().side, Side::us);
}

TEST_F(AccessLogFile, DropsAndCountsWhenTheDiskIsFull) {
  auto writer = AccessLogWriter::open({.format = LogFormat::json, .to = "/dev/full"});
  ASSERT_TRUE(writer.has_value());
  (*writer)->submit("one\ntwo\n", 2);
  (*writer)->submit("three\n", 1);
  while ((*writer)->dropped_lines() < 3) ::sched_yield();
  EXPECT_EQ((*writer)->dropped_lines(), 3u);
}

// A pipe that nobody reads: submit() never waits, the bound holds, and closing ends.
TEST_F(AccessLogFile, IsBoundedWhenNobodyReads) {
  std::string pipe = dir_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  auto writer = AccessLogWriter::open({.format = LogFormat::json, .to = pipe});
  ASSERT_TRUE(writer.has_value());
  std::string text(64 * 1024, 'x');
  text.back() = '\n';
  for (int i = 0; i < 128; ++i) (*writer)->submit(text, 1);  // 8 MiB
  EXPECT_GE((*writer)->dropped_lines(), 63u);
  EXPECT_LE((*writer)->dropped_lines(), 66u);
  writer->reset();
  ::close(reader);
}

TEST_F(AccessLogFile, AReaderThatLeftIsSurvived) {
  std::signal(SIGPIPE, SIG_IGN);
  std::string pipe = dir_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  auto writer = AccessLogWriter::open({.format = LogFormat::json, .to = pipe});
  ASSERT_TRUE(writer.has_value());
  ::close(reader);
  (*writer)->submit("lost\n", 1);
  while ((*writer)->dropped_lines() < 1) ::sched_yield();
}

TEST_F(AccessLogFile, ALogFlushesWhenToldAndWhenItGoes) {
  auto writer = open();
  {
    AccessLog log(*writer, LogFormat::squid);
    log.add({.method = "GET", .target = "/1"});
    log.flush();
    log.flush();
    log.add({.method = "GET", .target = "/2"});
  }
  writer.reset();
  std::string text = content(path_);
  EXPECT_NE(text.find("GET /1"), std::string::npos);
  EXPECT_NE(text.find("GET /2"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

}  // namespace
}  // namespace porthole::flow
