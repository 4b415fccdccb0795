// A search over the API.
#include "admin/search_feed.h"

#include <gmock/gmock.h>

#include "support/api_rig.h"

namespace porthole::admin {
namespace {

using testing::HasSubstr;

using SearchFeedTest = test::ApiRig;

TEST_F(SearchFeedTest, TellsHitsProgressAndTheEnd) {
  exchange(1);
  exchange(2, "/other");
  step();
  ask("PATCH", "/api/flows/" + flow::id_text({1}) + "/mark", R"({"note":"n"})");
  Answer answer = ask("GET", "/api/search?filter=body:world%20path:/a");
  EXPECT_EQ(answer.content_type, "text/event-stream");
  std::string text = pull(*answer.feed);
  EXPECT_TRUE(text.starts_with("event: hit\ndata: {\"row\":{\"id\":\"0000000000001\"")) << text;
  EXPECT_THAT(text, HasSubstr(R"("mark":{"note":"n"}}})"));
  EXPECT_TRUE(text.ends_with("event: progress\ndata: {\"searched\":2,\"of\":2}\n\nevent: done\ndata: {}\n\n")) << text;
}

TEST_F(SearchFeedTest, GivesOthersTheirTurnAfterEachSlice) {
  for (std::uint64_t flow = 1; flow <= 1500; ++flow) {
    exchange(flow);
    recorder_->step();
  }
  step();
  Answer answer = ask("GET", "/api/search?filter=status:200");
  std::string piece;
  EXPECT_EQ(answer.feed->pull(piece, clock_.now()), Feed::State::turn);
  EXPECT_EQ(answer.feed->pull(piece, clock_.now()), Feed::State::done);
}

TEST_F(SearchFeedTest, AWrongFilterIsRefused) { EXPECT_EQ(ask("GET", "/api/search?filter=a:(").status, 400); }

}  // namespace
}  // namespace porthole::admin
