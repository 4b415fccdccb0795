// Events and lines found in recorded content.
#include "flow/messages.h"

#include <filesystem>

#include <gmock/gmock.h>

#include "support/coded.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MessagesTest : public test::FlowRig {
 protected:
  void answer(std::string_view type, std::string_view more = {}) {
    request(1, "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");
    response(1, "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) + "\r\n" + std::string(more) + "\r\n");
  }
  void came(std::string_view octets, std::size_t piece = 1000) {
    for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size()))) {
      sink_->data({1}, Direction::response, at_, octets.substr(0, piece), clock_.now());
      at_ += std::min(piece, octets.size());
    }
    step();
    clock_.advance(std::chrono::seconds(1));
    step();
  }
  MessagePage page(std::size_t from = 0, std::size_t most = 100) {
    clock_.advance(std::chrono::milliseconds(300));
    step();
    SegmentFolder folder(options_.store.folder);
    return messages_of(folder, *read_flow(folder, recorder_->rows().newest(1).at(0).last), from, most);
  }
  // "kind=data", each.
  std::vector<std::string> seen(std::size_t from = 0, std::size_t most = 100) {
    std::vector<std::string> all;
    for (const Message& one : page(from, most).messages) all.push_back(one.kind + "=" + one.data);
    return all;
  }
  ByteCount at_ = 0;
};

TEST_F(MessagesTest, FindsEventsWithTheirNamesAndJoinsTheirData) {
  answer("text/event-stream; charset=utf-8");
  came("data: one\n\nevent: tick\ndata: two\ndata:  three\nid: 7\n\n: alive\n\nretry: 100\n\ndata\n\n");
  EXPECT_THAT(seen(), ElementsAre("text=one", "tick=two\n three", "comment=alive", "no data=retry: 100", "text="));
  EXPECT_EQ(page().kind, "sse");
}

TEST_F(MessagesTest, SayWhereTheirStreamCannotBeReadOn) {
  answer("application/x-ndjson");
  came("{\"a\":1}\n{\"b\":");
  at_ += 100;  // was lost
  came("3}\n");
  end(1, at_);
  step();
  EXPECT_THAT(seen(), ElementsAre("text={\"a\":1}", "unreadable="));
  EXPECT_EQ(page().messages[1].n, 1U);
  EXPECT_THAT(seen(1), ElementsAre("unreadable="));
  EXPECT_THAT(seen(2), IsEmpty());
  EXPECT_TRUE(page(0, 1).more);
}

TEST_F(MessagesTest, OfACodedStreamThatWasBrokenOffWhatCameIsThere) {
  std::string coded = test::encoded("data: one\n\ndata: two\n\n", "gzip");
  answer("text/event-stream", "Content-Encoding: gzip\r\n");
  came(coded.substr(0, coded.size() - 8));  // without its trailer
  end(1, at_);
  step();
  EXPECT_THAT(seen(), ElementsAre("text=one", "text=two"));
}

TEST_F(MessagesTest, AnEmptyNameIsNone) {
  answer("text/event-stream");
  came("event: tick\nevent:\ndata: a\n\n");
  EXPECT_THAT(seen(), ElementsAre("text=a"));
}

TEST_F(MessagesTest, EveryLineEndAndEveryCutIsTheSame) {
  for (std::string_view end : {"\n", "\r\n", "\r"}) {
    for (std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
      recorder_ = std::make_unique<Recorder>(clock_, random_, RecorderOptions{.store = options_.store}, 1);
      sink_ = std::make_unique<RingSink>(recorder_->ring(0), recorder_->content_wanted());
      at_ = 0;
      answer("text/event-stream");
      std::string text;
      for (std::string_view line : {"data: a", "", "", "data: b", "data: c", "", "data: open"})
        text.append(line).append(end);
      came(text, piece);
      EXPECT_THAT(seen(), ElementsAre("text=a", "text=b\nc")) << piece;
      recorder_.reset();
      std::filesystem::remove_all(options_.store.folder);
    }
  }
}

TEST_F(MessagesTest, TellsWhenEachCame) {
  answer("text/event-stream");
  WallTime begun = clock_.wall();
  came("data: a\n\nda");
  came("ta: b\n\n");
  auto messages = page().messages;
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].at, begun.time_since_epoch().count());
  EXPECT_GT(messages[1].at, messages[0].at + 900'000'000);
}

TEST_F(MessagesTest, PagesOnAndGivesTheLastOneWhenTheFlowHasEnded) {
  answer("text/event-stream");
  came("data: 0\n\ndata: 1\n\ndata: 2\n\ndata: open");
  EXPECT_THAT(seen(1, 1), ElementsAre("text=1"));
  EXPECT_TRUE(page(1, 1).more);
  EXPECT_FALSE(page(2, 1).more);
  EXPECT_EQ(page(2).messages.at(0).n, 2U);
  EXPECT_THAT(seen(3), IsEmpty());
  end(1, at_);
  EXPECT_THAT(seen(3), ElementsAre("text=open"));
}

TEST_F(MessagesTest, FindsLinesOfJson) {
  answer("application/x-ndjson");
  came("{\"a\":1}\r\n\n{\"b\":2}\n{\"c\"");
  EXPECT_THAT(seen(), ElementsAre("text={\"a\":1}", "text={\"b\":2}"));
}

TEST_F(MessagesTest, OtherContentHasNone) {
  answer("text/plain");
  came("data: a\n\n");
  EXPECT_EQ(page().kind, "");
  EXPECT_THAT(seen(), IsEmpty());
}

TEST_F(MessagesTest, AHugeOneIsCut) {
  answer("text/event-stream");
  came("data: " + std::string(200'000, 'x') + "\n\n", 16'000);
  auto messages = page().messages;
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_TRUE(messages[0].cut);
  EXPECT_EQ(messages[0].size, 200'000U);
  EXPECT_EQ(messages[0].data.size(), MessagePage::kDataMax);
}

}  // namespace
}  // namespace porthole::flow
