// The ready line for programs and the banner for people.
#include "app/announcement.h"

#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace porthole::app {
namespace {

Announcement announcement() {
  return {.pid = 123,
          .proxy = {*Endpoint::parse("127.0.0.1:40001"), *Endpoint::parse("[::1]:40002")},
          .observe = Endpoint::parse("127.0.0.1:40003"),
          .ui = Endpoint::parse("127.0.0.1:40004"),
          .code = "c0de"};
}

TEST(Announcement, TheReadyLineIsOneLineOfJson) {
  Announcement said = announcement();
  EXPECT_EQ(said.ready_line(),
            "{\"pid\":123,\"proxy\":[\"127.0.0.1:40001\",\"[::1]:40002\"],\"observe\":\"127.0.0.1:40003\","
            "\"ui\":\"127.0.0.1:40004\"}\n");
  said.observe.reset();
  said.ui.reset();
  EXPECT_TRUE(said.ready_line().ends_with("\"observe\":null,\"ui\":null}\n"));
}

TEST(Announcement, TheBannerIsThreeLinesAndMoreForAPerson) {
  std::string text = announcement().banner(false, false);
  EXPECT_EQ(text, "porthole " PORTHOLE_VERSION
                  "   proxy 127.0.0.1:40001 [::1]:40002   metrics http://127.0.0.1:40003/metrics\n"
                  "  look   http://127.0.0.1:40004/#c=c0de   (signs in once)\n"
                  "  try    curl -x http://127.0.0.1:40001 http://porthole.internal/\n");
  std::string more = announcement().banner(true, true);
  EXPECT_TRUE(more.starts_with(text));
  EXPECT_NE(more.find("eval \"$(porthole env --listen 127.0.0.1:40001)\""), std::string::npos);
  EXPECT_NE(more.find("  browser  porthole open chromium\n"), std::string::npos);
  EXPECT_NE(announcement().banner(true, false).find("eval \"$(porthole env)\""), std::string::npos);
}

TEST(Announcement, AnUnspecifiedAddressIsShownAsOneToType) {
  Announcement said{.pid = 1, .proxy = {*Endpoint::parse("0.0.0.0:8083")}, .observe = {}, .ui = {}, .code = {}};
  EXPECT_NE(said.banner(false, false).find("curl -x http://127.0.0.1:8083 "), std::string::npos);
}

TEST(Announcement, IsWrittenToADescriptorWhichIsClosed) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_TRUE(write_descriptor(ends[1], "ready\n"));
  char room[16];
  EXPECT_EQ(::read(ends[0], room, sizeof room), 6);
  EXPECT_EQ(::read(ends[0], room, sizeof room), 0) << "the end: it was closed";
  ::close(ends[0]);
}

TEST(Announcement, IsWrittenToAFileByRename) {
  char name[] = "/tmp/porthole-ready-XXXXXX";
  std::string dir = ::mkdtemp(name);
  std::string path = dir + "/ready.json";
  std::ofstream(path) << "old and much longer than the new text\n";
  EXPECT_TRUE(write_file(path, "new\n"));
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "new\n");
  ::unlink(path.c_str());
  EXPECT_EQ(::rmdir(dir.c_str()), 0) << "nothing else is left";
  EXPECT_FALSE(write_file(dir + "/gone/ready.json", "x"));
}

}  // namespace
}  // namespace porthole::app
