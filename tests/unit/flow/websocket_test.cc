// Messages of a WebSocket found in what was recorded behind a 101.
#include "flow/websocket.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/flow_rig.h"
#include "support/message_deflater.h"
#include "support/ws_frames.h"

namespace porthole::flow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WebSocketTest : public test::FlowRig {
 protected:
  void upgraded(std::string_view more = {}, std::string_view protocol = "websocket") {
    request(1, "GET http://h/chat HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    response(1, fmt::format("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: {}\r\n{}\r\n",
                            protocol, more));
  }
  void passed(Direction direction, std::string_view octets) {
    ByteCount& at = at_[static_cast<std::size_t>(direction)];
    sink_->data({1}, direction, at, octets, clock_.now());
    at += octets.size();
  }
  void sends(std::string_view payload, unsigned first = 0x81) {
    passed(Direction::request, test::ws_frame({.first = first, .payload = payload, .masked = true}));
  }
  void answers(std::string_view payload, unsigned first = 0x81) {
    passed(Direction::response, test::ws_frame({.first = first, .payload = payload}));
  }
  void closed(ByteCount uncounted = 0) { end_upgraded(1, at_[0] + uncounted, at_[1]); }
  Flow found() {
    clock_.advance(std::chrono::milliseconds(300));
    step();
    return *newest();
  }
  MessagePage page(std::size_t from = 0, std::size_t most = 1000) {
    SegmentFolder folder(options_.store.folder);
    return messages_of(folder, found(), from, most);
  }
  // "> text hello" of the client, "< .." of the server; with "?why" what a fault is.
  static std::string line_of(const Message& one) {
    std::string text = fmt::format("{} {}", one.direction == Direction::request ? '>' : '<', one.kind);
    if (one.code) text += fmt::format(" {}", *one.code);
    if (!one.data.empty()) text += " " + one.data;
    if (!one.fault.empty()) text += fmt::format(" ?{}", one.fault);
    return text;
  }
  std::vector<std::string> seen(std::size_t from = 0, std::size_t most = 1000) {
    std::vector<std::string> all;
    for (const Message& one : page(from, most).messages) all.push_back(line_of(one));
    return all;
  }
  ByteCount at_[2] = {0, 0};
};

TEST_F(WebSocketTest, BothDirectionsInTheOrderInWhichTheyPassed) {
  upgraded();
  sends("hello");
  answers("welcome");
  answers("beat", 0x89);
  sends("beat", 0x8a);
  sends(std::string_view("\0\1", 2), 0x82);
  sends(
      "\x03\xe8"
      "bye",
      0x88);
  answers("\x03\xe8", 0x88);
  EXPECT_THAT(seen(), ElementsAre("> text hello", "< text welcome", "< ping beat", "> pong beat",
                                  std::string("> binary \0\1", 11), "> close 1000 bye", "< close 1000"));
  EXPECT_EQ(page().kind, "websocket");
  closed();
  EXPECT_EQ(seen().size(), 7U);
}

TEST_F(WebSocketTest, OneThatWasCutIsThereWhenItsLastOctetCame) {
  upgraded();
  std::string frame = test::ws_frame({.payload = "slow"});
  passed(Direction::response, frame.substr(0, 3));
  sends("quick");
  EXPECT_THAT(seen(), ElementsAre("> text quick"));
  std::int64_t before = clock_.wall().time_since_epoch().count();
  clock_.advance(std::chrono::seconds(1));
  passed(Direction::response, frame.substr(3));
  EXPECT_THAT(seen(), ElementsAre("> text quick", "< text slow"));
  auto messages = page().messages;
  EXPECT_LE(messages[0].at, before);
  EXPECT_GE(messages[1].at, before + 900'000'000);
  EXPECT_EQ(messages[1].size, 4U);
}

// Whoever reads on behind the last number it has must miss nothing and see nothing twice.
TEST_F(WebSocketTest, NumbersAreForGoodWhileBothDirectionsGrow) {
  upgraded();
  std::string octets[2];
  std::size_t told[2] = {0, 0};
  for (int n = 0; n < 60; ++n) {
    bool up = random_.next() % 2 == 0;
    octets[up ? 0 : 1] += test::ws_frame(
        {.first = n % 7 == 0 ? 0x89U : 0x81U, .payload = std::to_string(n) + std::string(n, '.'), .masked = up});
  }
  std::vector<std::string> known;
  while (told[0] < octets[0].size() || told[1] < octets[1].size()) {
    std::size_t way = random_.next() % 2;
    std::string piece = octets[way].substr(told[way], 1 + random_.next() % 150);
    if (!piece.empty()) passed(static_cast<Direction>(way), piece);
    told[way] += piece.size();
    MessagePage more = page(known.size(), 3);
    for (const Message& one : more.messages) {
      EXPECT_EQ(one.n, known.size());
      known.push_back(line_of(one));
    }
  }
  for (std::string& line : seen(known.size())) known.push_back(std::move(line));
  EXPECT_EQ(known.size(), 60U);
  EXPECT_EQ(seen(), known);
  closed();
  EXPECT_EQ(seen(), known);
}

TEST_F(WebSocketTest, InflatesWithTheWindowThatGoesOn) {
  upgraded("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n");
  test::MessageDeflater client(false), server(true);
  std::string text(1000, 'x');
  for (int n = 0; n < 2; ++n) {
    sends(client.deflate("from the client"), 0xc1);
    answers(server.deflate(text), 0xc1);
  }
  answers("plain");
  auto messages = page().messages;
  ASSERT_EQ(messages.size(), 5U);
  for (std::size_t n : {0U, 2U}) EXPECT_EQ(messages[n].data, "from the client");
  for (std::size_t n : {1U, 3U}) {
    EXPECT_EQ(messages[n].data, text);
    EXPECT_EQ(messages[n].size, 1000U);
    EXPECT_TRUE(messages[n].compressed);
  }
  EXPECT_FALSE(messages[4].compressed);
}

TEST_F(WebSocketTest, WhatCannotBeInflatedIsGivenAsItPassed) {
  upgraded("Sec-WebSocket-Extensions: permessage-deflate\r\n");
  test::MessageDeflater client(true);
  std::string first = client.deflate("a"), second = client.deflate("b");
  answers("\xff\xff\xff", 0xc1);
  sends(first, 0xc1);
  answers("plain");
  answers("\xf2", 0xc1);
  sends(second, 0xc1);
  EXPECT_THAT(seen(), ElementsAre("< text \xff\xff\xff ?invalid block type", "> text a", "< text plain",
                                  "< text \xf2 ?it goes on from a message that could not be inflated", "> text b"));
}

TEST_F(WebSocketTest, InflatesSoMuchOfOneDirectionAndNoMore) {
  upgraded("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n");
  test::MessageDeflater server(false);
  std::string large = server.deflate(std::string(6'000'000, '0')), small = server.deflate("small");
  for (int n = 0; n < 3; ++n) answers(large, 0xc2);
  answers(small, 0xc1);
  MessagePage first = page();
  ASSERT_EQ(first.messages.size(), 4U);
  EXPECT_EQ(first.messages[1].size, 6'000'000U);
  EXPECT_EQ(first.messages[1].data.size(), MessagePage::kDataMax);
  EXPECT_TRUE(first.messages[1].cut);
  EXPECT_EQ(first.messages[2].size, large.size());
  EXPECT_EQ(first.messages[2].fault, "there is more in it than is inflated");
  EXPECT_EQ(first.messages[3].data, small);
  EXPECT_EQ(first.messages[3].fault, "there is more in it than is inflated");
}

// Two octets each: what is made of a message is far more than itself.
TEST_F(WebSocketTest, ReadsSoManyMessagesOfOneDirectionAndNoMore) {
  constexpr std::size_t kMost = WebSocketReading::kMessagesMax;
  std::string empty;
  for (std::size_t n = 0; n < kMost; ++n) empty += std::string_view("\x81\0", 2);
  upgraded();
  passed(Direction::response, empty);
  EXPECT_THAT(seen(kMost - 1), ElementsAre("< text"));
  answers("one more");
  sends("the other way");
  answers("behind");
  EXPECT_THAT(seen(kMost - 1),
              ElementsAre("< text", "< unreadable ?there are more messages than are read", "> text the other way"));
  closed();
  EXPECT_EQ(seen(kMost - 1).size(), 3U);
}

TEST_F(WebSocketTest, WhatWasInflatedInVainCountsToo) {
  upgraded("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n");
  test::MessageDeflater server(false);
  std::string large = server.deflate(std::string(6'000'000, '0'));
  large += std::string_view("\0\0\xff\xff\x06", 5);  // a block of a type that is none, behind six million octets
  for (int n = 0; n < 3; ++n) answers(large, 0xc2);
  MessagePage first = page();
  ASSERT_EQ(first.messages.size(), 3U);
  for (std::size_t n : {0U, 1U}) EXPECT_EQ(first.messages[n].fault, "invalid block type");
  EXPECT_EQ(first.messages[2].fault, "there is more in it than is inflated");
}

TEST_F(WebSocketTest, AnUnknownExtensionLeavesWhatItChanged) {
  upgraded("Sec-WebSocket-Extensions: x-shuffle\r\n");
  answers("elloh", 0xa1);
  answers("plain");
  EXPECT_THAT(seen(), ElementsAre("< text elloh ?an extension that is not known here has changed it", "< text plain"));
}

TEST_F(WebSocketTest, BehindABrokenFrameNothingIsReadInThatDirection) {
  upgraded();
  answers("before");
  answers("", 0x91);
  sends("on");
  answers("behind");
  sends("and on");
  closed();
  EXPECT_THAT(seen(), ElementsAre("< text before",
                                  "< unreadable ?a reserved bit is set that no extension has a use for (RFC 6455 §5.2)",
                                  "> text on", "> text and on"));
}

TEST_F(WebSocketTest, SaysWhereOctetsAreMissing) {
  upgraded();
  sends("one");
  at_[0] += 20;  // the ring was full
  sends("two");
  answers("one");
  std::string begun = test::ws_frame({.payload = "cut off"}).substr(0, 5);
  passed(Direction::response, begun);
  EXPECT_THAT(seen(), ElementsAre("> text one", "> unreadable ?octets are missing here", "< text one"));
  closed();
  EXPECT_THAT(seen(3), ElementsAre("< unreadable ?it ends within a message"));
}

TEST_F(WebSocketTest, SaysWhatWasOnlyCounted) {
  upgraded();
  sends("kept");
  closed(1000);
  EXPECT_THAT(seen(), ElementsAre("> text kept", "> unreadable ?what followed was counted, not kept"));
}

TEST_F(WebSocketTest, APageEndsWithItsOctetsToo) {
  upgraded("Sec-WebSocket-Extensions: permessage-deflate\r\n");
  test::MessageDeflater server(true);
  for (int n = 0; n < 100; ++n) answers(server.deflate(std::string(60'000, static_cast<char>('a' + n % 26))), 0xc1);
  MessagePage first = page();
  EXPECT_TRUE(first.more);
  EXPECT_LT(first.messages.size(), 80U);
  MessagePage second = page(first.messages.size());
  EXPECT_FALSE(second.more);
  EXPECT_EQ(first.messages.size() + second.messages.size(), 100U);
  EXPECT_EQ(second.messages[0].n, first.messages.size());
  EXPECT_THAT(seen(100), IsEmpty());
}

TEST_F(WebSocketTest, CountsWhatWasSaid) {
  upgraded();
  sends("a");
  sends("beat", 0x89);
  for (int n = 0; n < 3; ++n) answers("b", 0x82);
  SegmentFolder folder(options_.store.folder);
  auto count = count_messages(folder, found());
  ASSERT_TRUE(count);
  EXPECT_EQ(count->to_server, 1U);
  EXPECT_EQ(count->to_client, 3U);
}

TEST_F(WebSocketTest, OtherProtocolsHaveNone) {
  upgraded({}, "h2c-and-more");
  answers("a");
  EXPECT_EQ(page().kind, "");
  SegmentFolder folder(options_.store.folder);
  EXPECT_FALSE(count_messages(folder, found()));
}

}  // namespace
}  // namespace porthole::flow
