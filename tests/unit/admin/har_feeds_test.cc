// HAR out of and into the API.
#include "admin/har_feeds.h"

#include <gmock/gmock.h>

#include "support/api_rig.h"

namespace porthole::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class HarFeeds : public test::ApiRig {
 protected:
  // Until it ends, the recorder taking what an import tells.
  std::string all(Answer answer) {
    std::string text, piece;
    for (int i = 0; i < 10'000; ++i) {
      piece.clear();
      auto state = answer.feed->pull(piece, clock_.now());
      text += piece;
      recorder_->step();
      if (state == Feed::State::done) return text;
    }
    return text + " and no end";
  }
  std::vector<std::string> urls(const std::string& har) {
    std::vector<std::string> found;
    for (const auto& entry : nlohmann::json::parse(har)["log"]["entries"]) found.push_back(entry["request"]["url"]);
    return found;
  }
};

TEST_F(HarFeeds, ExportsOldestFirstWhatTheFilterWants) {
  for (std::uint64_t flow = 1; flow <= 4; ++flow) exchange(flow, flow % 2 ? "/odd" + std::to_string(flow) : "/even");
  step();
  EXPECT_THAT(urls(all(ask("GET", "/api/har"))),
              ElementsAre("http://h/odd1", "http://h/even", "http://h/odd3", "http://h/even"));
  EXPECT_THAT(urls(all(ask("GET", "/api/har?filter=path:/odd*"))), ElementsAre("http://h/odd1", "http://h/odd3"));
  EXPECT_THAT(urls(all(ask("GET", "/api/har?filter=body:world"))), testing::SizeIs(4));
  EXPECT_THAT(urls(all(ask("GET", "/api/har?filter=body:nowhere"))), testing::IsEmpty());
  EXPECT_EQ(ask("GET", "/api/har?filter=a:(").status, 400);
  EXPECT_EQ(field(ask("GET", "/api/har"), "Content-Disposition"), "attachment; filename=\"porthole.har\"");
}

TEST_F(HarFeeds, ALongFlowStandsWhereItBegan) {
  exchange(1, "/short");
  request(2, "GET http://h/long HTTP/1.1\r\nHost: h\r\n\r\n");
  flow::Outcome outcome{.flow = {2}, .status = 200, .method = "GET", .target = "http://h/long", .host = "h"};
  outcome.begun = WallTime(-std::chrono::hours(1));
  sink_->end({2}, outcome, clock_.now());
  step();
  EXPECT_THAT(urls(all(ask("GET", "/api/har"))), ElementsAre("http://h/long", "http://h/short"));
}

TEST_F(HarFeeds, ManyFlowsComeInPieces) {
  for (std::uint64_t flow = 1; flow <= 500; ++flow) exchange(flow, "/" + std::to_string(flow));
  step();
  Answer answer = ask("GET", "/api/har");
  std::string piece;
  EXPECT_EQ(answer.feed->pull(piece, clock_.now()), Feed::State::turn) << "others have their turn";
  EXPECT_THAT(urls(piece + all(std::move(answer))), testing::SizeIs(500));
}

TEST_F(HarFeeds, ImportsWhatItExported) {
  exchange(1, "/a");
  exchange(2, "/b");
  step();
  std::string file = all(ask("GET", "/api/har"));
  auto said = nlohmann::json::parse(all(ask("POST", "/api/har", file)));
  EXPECT_EQ(said["added"], 2);
  EXPECT_TRUE(said["problems"].empty());
  step();
  auto rows = get("/api/flows")["rows"];
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0]["path"], "/b");
  EXPECT_EQ(rows[0]["imported"], true);
  EXPECT_FALSE(rows[0].contains("flags"));
  EXPECT_FALSE(rows[2].contains("imported"));
}

TEST_F(HarFeeds, NamesWhatItCannotRead) {
  auto said = nlohmann::json::parse(all(ask("POST", "/api/har", "no har")));
  EXPECT_EQ(said["added"], 0);
  EXPECT_THAT(std::string(said["problems"][0]), HasSubstr("no HAR file"));
  EXPECT_EQ(Api::content_max("/api/har"), flow::HarImport::kFileMax);
}

TEST_F(HarFeeds, WithoutARecorderThereIsNothingAndNothingIsRead) {
  make_api(nullptr);
  EXPECT_THAT(urls(all(ask("GET", "/api/har"))), testing::IsEmpty());
  EXPECT_EQ(ask("POST", "/api/har", "{}").status, 409);
}

}  // namespace
}  // namespace porthole::admin
