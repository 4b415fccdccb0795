// A folder of flows as one archive.
#include "app/har_file.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/flow_rig.h"

namespace porthole::app {
namespace {

using testing::ElementsAre;

class HarFileTest : public test::FlowRig {
 protected:
  std::vector<std::string> urls(std::string_view filter, std::size_t most = SIZE_MAX) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* file = ::open_memstream(&text, &size);
    written_ = write_har(file, options_.store.folder, *match::Expr::parse(filter), {.most = most});
    std::fclose(file);
    auto har = nlohmann::json::parse(std::string_view(text, size));
    std::free(text);
    std::vector<std::string> all;
    for (const auto& entry : har["log"]["entries"]) all.push_back(entry["request"]["url"]);
    return all;
  }
  void ended(std::uint64_t flow, std::string_view method, std::string_view target, Duration begun) {
    request(flow, std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    sink_->end(
        {flow},
        {.flow = {flow}, .status = 200, .method = method, .target = target, .host = "h", .begun = WallTime(begun)},
        clock_.now());
    step();
  }
  HarFile written_;
};

TEST_F(HarFileTest, HasThemInTheOrderInWhichTheyBegan) {
  ended(1, "GET", "http://h/second", std::chrono::seconds(2));
  ended(2, "GET", "http://h/first", std::chrono::seconds(1));
  ended(3, "CONNECT", "h:443", std::chrono::seconds(3));
  EXPECT_THAT(urls(""), ElementsAre("http://h/first", "http://h/second"));
  EXPECT_EQ(written_.flows, 2U);
  EXPECT_EQ(written_.tunnels, 1U);
  EXPECT_THAT(urls("path:/second"), ElementsAre("http://h/second"));
  EXPECT_THAT(urls("path:/none"), testing::IsEmpty());
}

TEST_F(HarFileTest, KeepsTheNewestWhenThereAreMore) {
  ended(1, "GET", "http://h/first", std::chrono::seconds(1));
  ended(2, "GET", "http://h/second", std::chrono::seconds(2));
  ended(3, "CONNECT", "h:443", std::chrono::seconds(3));
  ended(4, "GET", "http://h/third", std::chrono::seconds(4));
  EXPECT_THAT(urls("", 2), ElementsAre("http://h/second", "http://h/third"));
  EXPECT_EQ(written_.tunnels, 1U);
  EXPECT_THAT(urls("", 1), ElementsAre("http://h/third"));
  EXPECT_EQ(written_.tunnels, 0U);
  EXPECT_THAT(urls("path:/first", 1), ElementsAre("http://h/first"));
}

}  // namespace
}  // namespace porthole::app
