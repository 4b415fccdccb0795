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
  std::vector<std::string> urls(std::string_view filter) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* file = ::open_memstream(&text, &size);
    written_ = write_har(file, options_.store.folder, *match::Expr::parse(filter), false);
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

}  // namespace
}  // namespace porthole::app
