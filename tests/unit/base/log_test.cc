// The diagnostics log: what a line looks like, what cannot get into it, and that it never blocks or hangs.
#include "base/log.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace porthole {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    char name[] = "/tmp/porthole-log-XXXXXX";
    EXPECT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    path_ = folder_ + "/log";
  }
  ~LogTest() override {
    for (const char* name : {"/log", "/log.1"}) ::unlink((folder_ + name).c_str());
    ::rmdir(folder_.c_str());
  }

  std::unique_ptr<DiagnosticsLog> open(LogLevel level = LogLevel::info, std::size_t queue_lines = 1024) {
    auto log = DiagnosticsLog::open(clock_, {.level = level, .path = path_, .queue_lines = queue_lines});
    EXPECT_TRUE(log.has_value());
    return std::move(*log);
  }
  static std::string contents(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  // The one line that `field` makes.
  std::string line_with(LogField field) {
    open()->warn("event", {field});
    return contents(path_);
  }

  ManualClock clock_;  // 2027-01-15T08:00:00Z
  std::string folder_;
  std::string path_;
};

TEST_F(LogTest, WritesTimeLevelEventAndFields) {
  clock_.advance(std::chrono::milliseconds(7));
  open()->warn("dial_failed", {{"host", "shop.test"}, {"port", 443}, {"error", "the connection was refused"}});
  EXPECT_EQ(contents(path_),
            "2027-01-15T08:00:00.007Z warn dial_failed host=shop.test port=443 error=\"the connection was refused\"\n");
}

TEST_F(LogTest, WritesNumbersOfEverySign) {
  open()->error("numbers", {{"a", -1}, {"b", INT64_MIN}, {"c", UINT64_MAX}, {"d", std::uint16_t{80}}, {"e", true}});
  EXPECT_THAT(contents(path_), EndsWith(" a=-1 b=-9223372036854775808 c=18446744073709551615 d=80 e=yes\n"));
}

TEST_F(LogTest, KeepsTheOrderOfLines) {
  {
    auto log = open();
    for (int i = 0; i < 500; ++i) log->info("tick", {{"n", i}});
  }
  std::stringstream lines(contents(path_));
  std::string line;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_THAT(line, EndsWith(" n=" + std::to_string(i)));
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(LogTest, EscapesWhatCouldForgeALine) {
  std::string line = line_with({"host", "a\r\n2026-01-01T00:00:00.000Z error forged\t\"\\"});
  EXPECT_THAT(line, EndsWith(R"( host="a\r\n2026-01-01T00:00:00.000Z error forged\t\"\\")"
                             "\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST_F(LogTest, EscapesWhatATerminalWouldObey) {
  using namespace std::string_view_literals;
  EXPECT_THAT(line_with({"host", "\x1b[2J\0\x7f\xc2\x9b"sv}), EndsWith(R"(host="\x1b[2J\x00\x7f\xc2\x9b")"
                                                                       "\n"));
}

TEST_F(LogTest, QuotesWhatWouldReadAsAnotherField) {
  EXPECT_THAT(line_with({"user", "x admin=yes"}), EndsWith("user=\"x admin=yes\"\n"));
  EXPECT_THAT(line_with({"user", "a=b"}), EndsWith("user=\"a=b\"\n"));
  EXPECT_THAT(line_with({"user", ""}), EndsWith("user=\"\"\n"));
}

TEST_F(LogTest, CutsLongValuesAndKeepsTheFieldsBehindThem) {
  open()->warn("long", {{"host", std::string(100'000, 'h')}, {"error", "after"}});
  std::string line = contents(path_);
  EXPECT_LT(line.size(), DiagnosticsLog::kValueMax + 100);
  EXPECT_THAT(line, HasSubstr("hhh...\""));
  EXPECT_THAT(line, EndsWith("error=after\n"));
}

TEST_F(LogTest, CutsALineAtItsMaximum) {
  std::string value(DiagnosticsLog::kValueMax, '\x01');
  open()->warn("long", {{"a", value}, {"b", value}, {"c", value}});
  std::string line = contents(path_);
  EXPECT_EQ(line.size(), DiagnosticsLog::kLineMax);
  EXPECT_THAT(line, EndsWith("...\n"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  {
    auto log = open(LogLevel::warn);
    EXPECT_FALSE(log->wants(LogLevel::info));
    log->info("hidden");
    log->set_level(LogLevel::debug);
    EXPECT_TRUE(log->wants(LogLevel::debug));
    log->debug("shown");
    log->set_level(LogLevel::off);
    log->error("silenced");
  }
  EXPECT_THAT(contents(path_), EndsWith(" debug shown\n"));
  EXPECT_THAT(contents(path_), Not(HasSubstr("hidden")));
}

TEST_F(LogTest, ReopensItsFileAfterARotation) {
  {
    auto log = open();
    log->info("before");
    ASSERT_EQ(::rename(path_.c_str(), (path_ + ".1").c_str()), 0);
    ASSERT_TRUE(log->reopen());
    log->info("after");
  }
  EXPECT_THAT(contents(path_), EndsWith(" info after\n"));
}

TEST_F(LogTest, KeepsTheOldFileWhenTheNewOneCannotBeOpened) {
  {
    auto log = open();
    ASSERT_EQ(::rename(path_.c_str(), (path_ + ".1").c_str()), 0);
    ASSERT_EQ(::mkdir(path_.c_str(), 0700), 0);
    Result<> reopened = log->reopen();
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().os_errno, EISDIR);
    log->info("still_here");
  }
  ::rmdir(path_.c_str());
  EXPECT_THAT(contents(path_ + ".1"), HasSubstr(" still_here\n"));
}

TEST_F(LogTest, SaysThatAFileCannotBeOpened) {
  auto log = DiagnosticsLog::open(clock_, {.path = folder_ + "/none/log"});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().side, Side::us);
  EXPECT_EQ(log.error().os_errno, ENOENT);
}

// A named pipe that holds 16 KiB and that nobody reads stands for a stuck terminal.
class StuckLogTest : public LogTest {
 protected:
  StuckLogTest() {
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    reader_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(::fcntl(reader_, F_SETPIPE_SZ, 16384), 16384);
  }
  ~StuckLogTest() override { ::close(reader_); }
  std::string read_all() {
    std::string text(1 << 20, '\0');
    ssize_t n = ::read(reader_, text.data(), text.size());
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }
  int reader_;
};

TEST_F(StuckLogTest, DropsTheOldestAndCountsWhenNobodyReads) {
  std::string text;
  {
    auto log = open(LogLevel::info, 4);
    std::string filler(200, 'x');
    for (int i = 0; i < 1000; ++i) log->info("line", {{"n", i}, {"filler", filler}});
    EXPECT_GE(log->dropped(), 800U);  // the rest is in the pipe and the queue
    text = read_all();
  }
  text += read_all();
  EXPECT_THAT(text, HasSubstr(" n=999 "));  // the newest survived
  EXPECT_THAT(text, HasSubstr(" warn log_dropped count="));
}

TEST_F(StuckLogTest, EndsAlthoughNobodyReads) {
  auto log = open(LogLevel::info, 64);
  for (int i = 0; i < 1000; ++i) log->info("line", {{"filler", std::string(200, 'x')}});
  log.reset();  // would hang here
  EXPECT_THAT(read_all(), HasSubstr(" info line "));
}

TEST_F(LogTest, OpensInLessThanTwoMilliseconds) {
  SystemClock clock;
  Duration best = std::chrono::seconds(1);  // the best of several: the machine may be busy
  for (int i = 0; i < 20; ++i) {
    Instant begin = clock.now();
    auto log = open();
    best = std::min(best, clock.now() - begin);
  }
  EXPECT_LT(best, std::chrono::milliseconds(2));
}

TEST(LogLevelTest, ReadsWhatItWrites) {
  for (LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error, LogLevel::off}) {
    EXPECT_EQ(parse_log_level(log_level_text(level)), level);
  }
  EXPECT_EQ(parse_log_level("WARN"), std::nullopt);
  EXPECT_EQ(parse_log_level(""), std::nullopt);
}

TEST(NullLogTest, SaysNothing) {
  NullLog log;
  EXPECT_FALSE(log.wants(LogLevel::error));
  log.error("unheard", {{"a", 1}});
}

}  // namespace
}  // namespace porthole
