// A recording that becomes an archive.
#include "app/har_recording.h"

#include <cerrno>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/temporary_folder.h"

namespace porthole::app {
namespace {

// `id` began that many seconds after another, and has ended.
void tell(HarRecording& har, std::uint64_t id, std::string_view method, int second) {
  flow::RingSink sink(har.recorder().ring(0), har.recorder().content_wanted());
  http::RequestHead head;
  std::string target = method == "CONNECT" ? "h:443" : "http://h/" + std::to_string(id);
  head.raw = std::string(method) + " " + target + " HTTP/1.1\r\nHost: h\r\nCookie: s3cret\r\n\r\n";
  head.method = http::method_of(method);
  head.method_text = method;
  head.target_text = target;
  Instant now = SystemClock().now();
  sink.begin({id}, *Endpoint::parse("127.0.0.1:5"), now);
  sink.request_received({id}, head, {});
  sink.end({id},
           {.flow = {id},
            .status = 200,
            .method = method,
            .target = target,
            .host = "h",
            .begun = WallTime(std::chrono::seconds(1'764'179'000 + second))},
           now);
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(HarRecording, WritesTheFlowsInTheOrderOfTheirBeginning) {
  test::TemporaryFolder folder;
  std::string path = folder / "out.har";
  HarRecording har(path);
  tell(har, 1, "GET", 20);
  tell(har, 2, "GET", 10);
  tell(har, 3, "CONNECT", 15);
  auto written = har.finish();
  EXPECT_TRUE(written.good);
  EXPECT_EQ(written.remarks, "porthole: " + path + ": 1 tunnel is not in it: https passes unread\n");
  std::string text = text_of(path);
  EXPECT_EQ(text.find("s3cret"), text.npos);
  auto entries = nlohmann::json::parse(text)["log"]["entries"];
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0]["request"]["url"], "http://h/2");
  EXPECT_EQ(entries[1]["request"]["url"], "http://h/1");
}

TEST(HarRecording, OfNothingIsAnArchiveToo) {
  test::TemporaryFolder folder;
  std::string path = folder / "out.har";
  EXPECT_EQ(HarRecording(path).finish().remarks, "");
  EXPECT_TRUE(nlohmann::json::parse(text_of(path))["log"]["entries"].empty());
}

TEST(HarRecording, SaysWhatIsWrongWithTheFile) {
  EXPECT_THROW(HarRecording("/no/such/folder/out.har"), std::runtime_error);
  auto written = HarRecording("/dev/full").finish();
  EXPECT_FALSE(written.good);
  EXPECT_EQ(written.remarks, "porthole: /dev/full: No space left on device\n");
}

}  // namespace
}  // namespace porthole::app
