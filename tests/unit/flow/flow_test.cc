// A flow read back from its segments: what was told is what is read, also in parts.
#include "flow/flow.h"

#include <gtest/gtest.h>

#include "flow/recorder.h"
#include "support/coded.h"
#include "support/temporary_folder.h"

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

class FlowRig : public testing::Test {
 protected:
  FlowRig() {
    options_.store = {.folder = folder_ / "flows", .keep = 4_MiB, .segment_bytes = 1_MiB};
    recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 1);
    sink_ = std::make_unique<RingSink>(recorder_->ring(0), recorder_->content_wanted());
  }
  void request(std::uint64_t flow, std::string_view raw) {
    sink_->begin({flow}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
    http::RequestHead head;
    head.raw = raw;
    sink_->request_received({flow}, head, {});
  }
  void response(std::uint64_t flow, std::string_view raw) {
    http::ResponseHead head;
    head.raw = raw;
    sink_->response_received({flow}, head, {}, clock_.now());
  }
  // In pieces of `piece` octets.
  void content(std::uint64_t flow, Direction direction, std::string_view bytes, std::size_t piece = 1000) {
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      sink_->data({flow}, direction, at, bytes.substr(at, piece), clock_.now());
  }
  void end(std::uint64_t flow, ByteCount out = 0) {
    sink_->end({flow},
               {.flow = {flow}, .status = 200, .method = "GET", .target = "http://h/a", .host = "h", .bytes_out = out},
               clock_.now());
  }
  void step() {
    clock_.advance(30ms);
    while (recorder_->step() > 0) {}
    recorder_->finish();
  }
  std::optional<Flow> newest() { return read_flow(reader_, recorder_->rows().newest(1).at(0).last); }

  test::TemporaryFolder folder_;
  ManualClock clock_;
  SeededRandom random_{1};
  RecorderOptions options_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<RingSink> sink_;
  SegmentFolder reader_{folder_ / "flows"};
};

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

TEST_F(FlowRig, GivesAnyPartOfTheContent) {
  std::string bytes;
  for (int i = 0; i < 900; ++i) bytes += std::to_string(i);
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  content(1, Direction::response, bytes, 100);
  end(1, bytes.size());
  step();
  auto flow = newest();
  ASSERT_TRUE(flow);
  for (std::size_t from : {0UL, 1UL, 99UL, 100UL, 101UL, bytes.size() - 1, bytes.size(), bytes.size() + 7}) {
    for (std::size_t most : {0UL, 1UL, 100UL, 250UL, bytes.size()}) {
      std::string part;
      ByteCount taken = read_content(reader_, flow->content[1], from, most, part);
      EXPECT_EQ(part, from < bytes.size() ? bytes.substr(from, most) : "") << from << " " << most;
      EXPECT_EQ(taken, part.size());
    }
  }
}

TEST_F(FlowRig, StopsAtAGapInTheContent) {
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  sink_->data({1}, Direction::response, 0, "abc", clock_.now());
  sink_->data({1}, Direction::response, 10, "xyz", clock_.now());
  end(1, 13);
  step();
  auto flow = newest();
  std::string part;
  EXPECT_EQ(read_content(reader_, flow->content[1], 0, 100, part), 3U);
  EXPECT_EQ(part, "abc");
  EXPECT_EQ(read_content(reader_, flow->content[1], 5, 100, part), 0U);
  EXPECT_EQ(read_content(reader_, flow->content[1], 11, 100, part), 2U);
  DecodedContent decoded = decoded_content(reader_, *flow, Direction::response, 1000);
  EXPECT_EQ(decoded.text, "abc");
  EXPECT_FALSE(decoded.whole);
}

TEST_F(FlowRig, UndoesContentCodings) {
  std::string text(300'000, 'a');
  std::string coded = test::encoded(text, "gzip");
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  response(1, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
  content(1, Direction::response, coded);
  end(1, coded.size());
  step();
  auto flow = newest();
  DecodedContent decoded = decoded_content(reader_, *flow, Direction::response, 8_MiB);
  EXPECT_EQ(decoded.text, text);
  EXPECT_TRUE(decoded.whole);
  EXPECT_EQ(decoded.fault, "");
  DecodedContent capped = decoded_content(reader_, *flow, Direction::response, 1000);
  EXPECT_EQ(capped.text, text.substr(0, 1000));
  EXPECT_FALSE(capped.whole);
  EXPECT_NE(capped.fault, "");
}

TEST_F(FlowRig, KnowsWhatHasHappenedOfAFlowThatGoesOn) {
  request(3, "POST http://shop.test:81/a?b HTTP/1.1\r\n\r\n");
  content(3, Direction::request, "hello");
  step();
  auto first = SegmentReader::open(Store::paths_in(folder_ / "flows").at(0));
  Position last;
  while (auto record = first->next()) last = record->at;
  auto flow = read_flow(reader_, last);
  ASSERT_TRUE(flow);
  EXPECT_FALSE(flow->ended);
  EXPECT_EQ(flow->row.method, "POST");
  EXPECT_EQ(flow->row.host, "shop.test:81");
  EXPECT_EQ(flow->row.target, "http://shop.test:81/a?b");
  EXPECT_EQ(flow->row.client.port, 5U);
  EXPECT_EQ(flow->row.bytes_in, 5U);
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
  auto flow = newest();
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

}  // namespace
}  // namespace porthole::flow
