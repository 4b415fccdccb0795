// A flow read back from its segments: what was told is what is read, also in parts.
#include "flow/flow.h"

#include <gtest/gtest.h>

#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;
using test::FlowRig;

TEST_F(FlowRig, ReadsBackEachStep) {
  request(7, "GET http://h/a HTTP/1.1\r\nHost: x\r\n\r\n");
  sink_->note({7}, {.what = "dns", .detail = "cached", .took = 5us}, clock_.now());
  sink_->note({7}, {.what = "connect", .detail = "", .took = 9us}, clock_.now());
  http::RequestHead sent;
  sent.method_text = "GET";
  sent.target_text = "/a";
  sent.version = http::Version::http11;
  sink_->request_sent({7}, sent, {{http::ChangeKind::target_to_origin_form, "http://h/a", "/a"}}, clock_.now());
  http::ResponseHead hints;
  hints.raw = "HTTP/1.1 103 Early Hints\r\n\r\n";
  sink_->interim({7}, hints, clock_.now());
  response(7, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
  content(7, Direction::response, std::string(2500, 'x'));
  end(7, 2500);
  step();
  auto flow = newest();
  ASSERT_TRUE(flow);
  EXPECT_TRUE(flow->ended);
  EXPECT_FALSE(flow->beginning_gone);
  EXPECT_EQ(flow->row.flow.value, 7U);
  EXPECT_EQ(flow->row.host, "h");
  EXPECT_EQ(flow->request_received->text, "GET http://h/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(flow->request_sent->text, "GET /a HTTP/1.1\r\n\r\n");
  ASSERT_EQ(flow->request_sent->changes.size(), 1U);
  EXPECT_EQ(flow->request_sent->changes[0].kind, http::ChangeKind::target_to_origin_form);
  EXPECT_EQ(flow->request_sent->changes[0].after, "/a");
  EXPECT_EQ(flow->response_received->text, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
  EXPECT_FALSE(flow->response_sent);
  ASSERT_EQ(flow->interim_received.size(), 1U);
  ASSERT_EQ(flow->notes.size(), 2U);
  EXPECT_EQ(flow->notes[0].what, "dns");
  EXPECT_EQ(flow->notes[1].took, 9us);
  const RecordedContent& content = flow->content[1];
  EXPECT_EQ(content.pieces.size(), 3U);
  EXPECT_EQ(content.kept, 2500U);
  EXPECT_EQ(content.size, 2500U);
  EXPECT_EQ(flow->content[0].size, 0U);
}

TEST_F(FlowRig, KeepsWhatCameOfAHeadThatWasRefused) {
  const std::string raw = "GET http://h/a HTTP/1.1\r\nX : 1\r\nCookie: s3cret\r\n";
  sink_->begin({7}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
  sink_->request_unparsed({7}, raw);
  step();
  EXPECT_EQ(newest()->row.method, "GET");
  EXPECT_EQ(recorder_->rows().newest(1).at(0).flags, kUnparsed);
  EXPECT_EQ(newest()->row.flags, kUnparsed);
  sink_->end({7}, {.flow = {7}, .end = End::answered, .status = 400, .method = "GET", .target = "http://h/a"},
             clock_.now());
  step();
  auto flow = newest();
  ASSERT_TRUE(flow && flow->request_received);
  EXPECT_TRUE(flow->request_received->unparsed);
  EXPECT_EQ(flow->request_received->text, "GET http://h/a HTTP/1.1\r\nX : *\r\nCookie: ******\r\n");
  EXPECT_EQ(flow->row.flags, kUnparsed);
  EXPECT_FALSE(flow->request_sent);
}

TEST_F(FlowRig, KnowsWhatHasHappenedOfAFlowThatGoesOn) {
  request(3, "POST http://shop.test:81/a?b HTTP/1.1\r\n\r\n");
  content(3, Direction::request, "hello");
  step();
  auto flow = read_flow(reader_, last_record());
  ASSERT_TRUE(flow);
  EXPECT_FALSE(flow->ended);
  EXPECT_EQ(flow->row.method, "POST");
  EXPECT_EQ(flow->row.host, "shop.test:81");
  EXPECT_EQ(flow->row.target, "http://shop.test:81/a?b");
  EXPECT_EQ(flow->row.client.port, 5U);
  EXPECT_EQ(flow->row.bytes_in, 5U);
}

TEST_F(FlowRig, SaysHowLongAFlowGoesOn) {
  request(7, "GET http://h/a HTTP/1.1\r\n\r\n");
  clock_.advance(std::chrono::seconds(3));
  response(7, "HTTP/1.1 200 OK\r\n\r\n");
  step();
  auto flow = newest();
  ASSERT_TRUE(flow);
  EXPECT_FALSE(flow->ended);
  EXPECT_EQ(flow->row.took, std::chrono::seconds(3));
}

TEST_F(FlowRig, SaysWhenTheBeginningIsGone) {
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  step();
  for (std::uint64_t other = 2; other < 30; ++other) {
    request(other, "GET http://h/a HTTP/1.1\r\n\r\n");
    content(other, Direction::response, std::string(200'000, 'o'), 50'000);
    end(other, 200'000);
    step();
  }
  content(1, Direction::response, "late");
  end(1, 4);
  step();
  auto flow = read_flow(reader_, recorder_->rows().find({1})->last);
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->row.flow.value, 1U);
  EXPECT_TRUE(flow->ended);
  EXPECT_TRUE(flow->beginning_gone);
  EXPECT_FALSE(flow->request_received);
  std::string part;
  EXPECT_EQ(read_content(reader_, flow->content[1], 0, 10, part), 4U);
}

TEST_F(FlowRig, FindsNothingWhereNothingLies) {
  EXPECT_FALSE(read_flow(reader_, {}));
  EXPECT_FALSE(read_flow(reader_, Position::of(1, 64)));
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  end(1);
  step();
  EXPECT_TRUE(newest());
  EXPECT_FALSE(read_flow(reader_, Position::of(1, 72)));
  EXPECT_FALSE(read_flow(reader_, Position::of(2, 64)));
}

TEST_F(FlowRig, KnowsOfAFlowThatGoesOnThatItWasSentAgain) {
  request(3, "GET http://h/ HTTP/1.1\r\n\r\n");
  sink_->note({3}, {.what = kReplayNote, .detail = "0000000000007"}, clock_.now());
  step();
  auto flow = read_flow(reader_, last_record());
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->row.replay_of.value, 7U);
  EXPECT_EQ(flow->row.flags, kReplayed);
  end(3);
  step();
  EXPECT_EQ(newest()->row.replay_of.value, 7U);
}

}  // namespace
}  // namespace porthole::flow
