// A flow told in sentences.
#include "flow/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Flow flow(End end, std::uint16_t status) {
  Flow flow;
  flow.ended = true;
  flow.row.begun = WallTime(1s);
  flow.row.took = 100ms;
  flow.row.end = end;
  flow.row.status = status;
  flow.row.upstream = *Endpoint::parse("192.0.2.7:80");
  return flow;
}

TEST(Story, TellsAWholeExchange) {
  Flow one = flow(End::complete, 200);
  one.notes = {{.at = 0, .took = 5ms, .what = "dns", .detail = "asked"},
               {.at = 0, .took = 1200us, .what = "connect", .detail = {}}};
  one.request_sent = RecordedHead{.at = Duration(1s + 20ms).count(), .text = {}, .changes = {}};
  one.response_received = RecordedHead{.at = Duration(1s + 70ms).count(), .text = {}, .changes = {}};
  one.interim_received.resize(1);
  one.content[1].size = 1536;
  EXPECT_THAT(story_of(one), ElementsAre("Looking up the name took 5.0 ms.", "Connecting to 192.0.2.7:80 took 1.2 ms.",
                                         "1 interim response came first.", "The server began to answer after 50.0 ms.",
                                         "1.5 KiB of content came within 30.0 ms.",
                                         "The response went out whole; all took 100.0 ms."));
}

TEST(Story, CountsTheMessagesOfAWebSocket) {
  Flow chat = flow(End::tunnelled, 101);
  chat.row.bytes_in = 100;
  chat.row.bytes_out = 2000;
  EXPECT_THAT(story_of(chat, MessageCount{.to_server = 1, .to_client = 40}),
              ElementsAre("Both switched to WebSocket: 1 message to the server, 40 back.",
                          "The tunnel carried 100 bytes to the server and 2.0 KiB back in 100.0 ms."));
}

TEST(Story, TellsHowItEnded) {
  Flow refused = flow(End::answered, 502);
  refused.row.error = Token::connection_refused;
  EXPECT_THAT(story_of(refused),
              ElementsAre("Porthole answered by itself with 502 (connection_refused), after 100.0 ms."));
  Flow kept = flow(End::client_gone, 200);
  kept.row.reused = true;
  EXPECT_THAT(story_of(kept),
              ElementsAre("A kept connection to 192.0.2.7:80 was used.", "The client broke off after 100.0 ms."));
  Flow tunnel = flow(End::tunnelled, 200);
  tunnel.row.bytes_in = 1;
  tunnel.row.bytes_out = 3_MiB;
  EXPECT_THAT(story_of(tunnel), ElementsAre("The tunnel carried 1 byte to the server and 3.0 MiB back in 100.0 ms."));
}

TEST(Story, TellsWhatIsInsideOfATunnel) {
  Flow tunnel = flow(End::tunnelled, 200);
  auto& offered = tunnel.facts.tls[0].emplace();
  offered = {.sni = "api.shop.test", .alpn = "h3,h2,http/1.1", .version = {}, .cipher = {}};
  EXPECT_EQ(story_of(tunnel).at(0), "Inside is TLS for api.shop.test, offering h3, h2 and http/1.1.");
  offered.alpn = "h2";
  EXPECT_EQ(story_of(tunnel).at(0), "Inside is TLS for api.shop.test, offering h2.");
  offered = {};
  EXPECT_EQ(story_of(tunnel).at(0), "Inside is TLS.");
}

TEST(Story, SaysNothingOfALookUpThatAnAddressDidNotNeed) {
  Flow direct = flow(End::complete, 200);
  direct.notes = {{.at = 0, .took = {}, .what = "dns", .detail = "asked"}};
  EXPECT_THAT(story_of(direct), ElementsAre("The response went out whole; all took 100.0 ms."));
}

TEST(Story, TellsARetry) {
  Flow again = flow(End::complete, 200);
  again.notes = {{.at = 0, .took = {}, .what = "retry", .detail = "the kept connection had died"},
                 {.at = 0, .took = 5ms, .what = "connect", .detail = {}}};
  EXPECT_THAT(story_of(again), ElementsAre("The request was sent once more: the kept connection had died.",
                                           "Connecting to 192.0.2.7:80 took 5.0 ms.",
                                           "The response went out whole; all took 100.0 ms."));
}

TEST(Story, DoesNotSayThatAClientReadWhatItMayNotHaveStayedFor) {
  Flow left = flow(End::complete, 200);
  left.notes = {{.at = 0, .took = {}, .what = "client_finished", .detail = {}}};
  EXPECT_THAT(story_of(left),
              ElementsAre("The response went out whole; all took 100.0 ms.",
                          "The client had closed its side before: it may have read the response, or have been gone."));
}

TEST(Story, SaysWhatIsMissing) {
  Flow open = flow(End::complete, 0);
  open.ended = false;
  open.beginning_gone = true;
  open.row.flags = kContentCut | kEventLost;
  EXPECT_THAT(story_of(open),
              ElementsAre("It has not ended yet.", "Its beginning is no longer kept.",
                          "Content beyond the limit was counted, not kept.",
                          "More passed than could be recorded: a part is missing here, not in the traffic."));
}

TEST(Story, TellsThatNoClientSentIt) {
  Flow one = flow(End::client_gone, 200);
  one.row.said_replayed({7});
  EXPECT_EQ(story_of(one).at(0), "Porthole sent it, again from 0000000000007.");
  one.row.said_replayed({});
  EXPECT_EQ(story_of(one).at(0), "Porthole sent it: no client did.");
}

}  // namespace
}  // namespace porthole::flow
