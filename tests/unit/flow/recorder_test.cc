// From a worker's steps to records on the disk, one step() at a time.
#include "flow/recorder.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include <gtest/gtest.h>

#include "flow/flow.h"
#include "flow/segment_folder.h"
#include "flow/timing.h"
#include "support/temporary_folder.h"

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

class RecorderRig : public testing::Test {
 protected:
  RecorderRig() { options_.store = {.folder = folder_ / "flows", .keep = 16_MiB, .segment_bytes = 4_MiB}; }
  void start() {
    recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 1);
    sink_ = std::make_unique<RingSink>(recorder_->ring(0), recorder_->content_wanted());
  }
  void exchange(std::uint64_t flow, ByteCount content = 0) {
    sink_->begin({flow}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
    http::RequestHead request;
    request.raw = "GET http://h/ HTTP/1.1\r\nHost: h\r\nCookie: secret\r\n\r\n";
    sink_->request_received({flow}, request, {});
    std::string chunk(16'384, 'c');
    for (ByteCount at = 0; at < content; at += chunk.size())
      sink_->data({flow}, Direction::response, at, std::string_view(chunk).substr(0, content - at), clock_.now());
    sink_->end(
        {flow},
        {.flow = {flow}, .status = 200, .method = "GET", .target = "http://h/", .host = "h", .bytes_out = content},
        clock_.now());
  }
  void step() {
    clock_.advance(30ms);
    recorder_->step();
  }
  // The kinds of a flow's records, newest first, as the chain tells them; and all their payloads.
  std::pair<std::vector<EventKind>, std::string> chain(Position at) {
    std::pair<std::vector<EventKind>, std::string> seen;
    for (const std::string& path : Store::paths_in(options_.store.folder)) {
      auto reader = SegmentReader::open(path);
      if (!reader || reader->header().sequence != at.sequence()) continue;
      while (at) {
        auto record = reader->at(at.offset());
        if (!record) return seen;
        seen.first.push_back(record->header.event.kind);
        seen.second += record->payload;
        at = {record->header.previous};
      }
    }
    return seen;
  }
  test::TemporaryFolder folder_;
  ManualClock clock_;
  SeededRandom random_{1};
  RecorderOptions options_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<RingSink> sink_;
};

TEST_F(RecorderRig, KeepsEachStepOfAFlowAndARowOfIt) {
  start();
  exchange(9, 100);
  step();
  auto rows = recorder_->rows().newest(10);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].flow.value, 9U);
  EXPECT_EQ(rows[0].host, "h");
  EXPECT_EQ(rows[0].status, 200U);
  EXPECT_EQ(rows[0].bytes_out, 100U);
  EXPECT_EQ(rows[0].flags, 0U);
  auto [kinds, payloads] = chain(rows[0].last);
  EXPECT_EQ(kinds, (std::vector{EventKind::end, EventKind::data, EventKind::request_received, EventKind::begin}));
  EXPECT_EQ(payloads.find("secret"), std::string::npos);
  EXPECT_NE(payloads.find("Cookie: ******\r\n"), std::string::npos);
}

TEST_F(RecorderRig, KeepsTimesOfTheWallClock) {
  start();
  exchange(1);
  WallTime then = clock_.wall();
  step();
  auto reader = SegmentReader::open(Store::paths_in(options_.store.folder).at(0));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->next()->header.event.at, then.time_since_epoch().count());
}

TEST_F(RecorderRig, TimesStayTrueWhenTheWallClockJumps) {
  start();
  auto flow = [&](std::uint64_t id) {
    WallTime begun = clock_.wall();
    sink_->begin({id}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
    http::RequestHead request;
    request.raw = "GET http://h/ HTTP/1.1\r\n\r\n";
    sink_->request_received({id}, request, {});
    sink_->request_sent({id}, request, {}, clock_.now());
    clock_.advance(20ms);
    http::ResponseHead response;
    response.raw = "HTTP/1.1 200 OK\r\n\r\n";
    sink_->response_received({id}, response, {}, clock_.now());
    recorder_->step();
    EXPECT_EQ(recorder_->rows().newest(1)[0].begun, begun) << "while it goes on, too";
    clock_.advance(10ms);
    sink_->end({id}, {.flow = {id}, .status = 200, .method = "GET", .begun = begun, .took = 30ms}, clock_.now());
    step();
    SegmentFolder reader(options_.store.folder);
    auto read = read_flow(reader, recorder_->rows().newest(1)[0].last);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->response_received->at, (begun + 20ms).time_since_epoch().count());
    EXPECT_EQ(timing_of(*read).wait, 20ms);
    EXPECT_EQ(timing_of(*read).receive, 10ms);
  };
  flow(1);
  clock_.jump_wall(3h);  // the machine slept
  step();
  flow(2);
  clock_.jump_wall(-1h);
  step();
  flow(3);
}

TEST_F(RecorderRig, KeepsContentWithManyWorkers) {
  recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 48);
  sink_ = std::make_unique<RingSink>(recorder_->ring(0), recorder_->content_wanted());
  exchange(1, 40'000);
  step();
  EXPECT_EQ(recorder_->metrics().incomplete.value(), 0U);
  EXPECT_EQ(recorder_->rows().newest(1)[0].flags, 0);
}

TEST_F(RecorderRig, WritesNothingBeyondTheBodyLimitAndSaysSo) {
  options_.body_limit = 100'000;
  start();
  exchange(1, 200'000);
  step();
  auto rows = recorder_->rows().newest(1);
  EXPECT_EQ(rows.at(0).flags, kContentCut);
  EXPECT_EQ(rows[0].bytes_out, 200'000U);
  EXPECT_LT(chain(rows[0].last).second.size(), 101'000U);
}

// Octet by octet, which would fill the store with heads of records, and cost whoever reads the flow a look at each.
TEST_F(RecorderRig, KeepsSoManyPiecesOfADirectionAndCountsTheRest) {
  options_.store = {.folder = folder_ / "flows", .keep = 64_MiB, .segment_bytes = 16_MiB};
  start();
  constexpr ByteCount kTold = Recorder::kPiecesMax + 100;
  sink_->begin({1}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
  for (ByteCount at = 0; at < kTold; ++at) {
    sink_->data({1}, Direction::request, at, "x", clock_.now());
    if (at % 10'000 == 0) step();
  }
  sink_->data({1}, Direction::response, 0, "answer", clock_.now());
  Outcome outcome{.flow = {1}, .end = End::tunnelled, .status = 101, .method = "GET"};
  outcome.bytes_in = kTold;
  outcome.bytes_out = 6;
  sink_->end({1}, outcome, clock_.now());
  step();
  recorder_->finish();
  auto rows = recorder_->rows().newest(1);
  EXPECT_EQ(rows.at(0).flags, kContentCut);
  SegmentFolder folder(options_.store.folder);
  auto flow = read_flow(folder, rows[0].last);
  EXPECT_FALSE(flow->beginning_gone);
  EXPECT_EQ(flow->content[0].pieces.size(), Recorder::kPiecesMax);
  EXPECT_EQ(flow->content[0].kept, Recorder::kPiecesMax);
  EXPECT_EQ(flow->content[0].size, kTold);
  EXPECT_EQ(flow->content[1].kept, 6U);
}

// A spliced download tells each wake of its pump: 1.25 GB at 5 KB each. It is written together, and the heads stay in reach.
TEST_F(RecorderRig, WritesWhatPassesUnseenInFewRecords) {
  options_.body_limit = 1000;
  start();
  constexpr ByteCount kTold = 250'000, kStep = 5000;
  sink_->begin({1}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
  http::RequestHead request;
  request.raw = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";
  sink_->request_received({1}, request, {});
  sink_->data({1}, Direction::response, 0, std::string(1000, 'c'), clock_.now());
  SegmentFolder folder(options_.store.folder);
  for (ByteCount i = 1; i <= kTold; ++i) {
    sink_->unseen({1}, Direction::response, kStep);
    if (i % 10'000 != 0) continue;
    for (int j = 0; j < 10; ++j) step();  // the list is told four times a second
    Row row = std::move(recorder_->rows().newest(1).at(0));
    EXPECT_EQ(row.bytes_out, 1000 + i * kStep) << "the list knows of each";
    recorder_->finish();
    auto flow = read_flow(folder, row.last);
    ASSERT_TRUE(flow && flow->request_received);
    EXPECT_GE(flow->content[1].unseen + std::max<ByteCount>(1_MiB, i * kStep / 16), i * kStep)
        << "who reads it is near";
  }
  sink_->unseen({1}, Direction::request, 7);
  Outcome outcome{.flow = {1}, .end = End::complete, .status = 200, .method = "GET"};
  outcome.bytes_in = 7;
  outcome.bytes_out = 1000 + kTold * kStep;
  sink_->end({1}, outcome, clock_.now());
  step();
  recorder_->finish();
  Row row = std::move(recorder_->rows().newest(1).at(0));
  EXPECT_EQ(row.flags, kContentCut);
  auto flow = read_flow(folder, row.last);
  EXPECT_FALSE(flow->beginning_gone);
  EXPECT_TRUE(flow->request_received);
  EXPECT_EQ(flow->content[0].unseen, 7U);
  EXPECT_EQ(flow->content[1].unseen, kTold * kStep);
  std::vector<EventKind> kinds = chain(row.last).first;
  EXPECT_LT(std::ranges::count(kinds, EventKind::unseen), 90);
  EXPECT_EQ(kinds[1], EventKind::unseen);
  EXPECT_EQ(kinds[2], EventKind::unseen);
}

TEST_F(RecorderRig, MarksAFlowWhoseContentFoundNoRoom) {
  start();
  exchange(1, Ring::kBytes);  // more than fits while nobody reads it
  exchange(2);
  step();
  auto rows = recorder_->rows().newest(2);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].flags, 0U);
  EXPECT_EQ(rows[1].flags, kContentLost);
  EXPECT_EQ(recorder_->metrics().incomplete.value(), 1U);
  EXPECT_GT(sink_->metrics().dropped_chunks.value(), 0U);
  EXPECT_EQ(sink_->metrics().dropped_events.value(), 0U);
}

// Content that was looked at up to the limit and then spliced, and a CONNECT of which nothing is content.
TEST_F(RecorderRig, TellsContentThatWasLostFromWhatWasNotLookedAt) {
  options_.body_limit = 1000;
  start();
  auto tunnel = [&](std::uint64_t flow, std::string_view method, ByteCount kept, ByteCount unseen, End end) {
    sink_->begin({flow}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
    sink_->data({flow}, Direction::response, 0, std::string(kept, 'c'), clock_.now());
    sink_->unseen({flow}, Direction::response, unseen);
    Outcome outcome{.flow = {flow}, .end = end, .status = 101, .method = method};
    outcome.bytes_out = 1500;
    sink_->end({flow}, outcome, clock_.now());
    step();
    return std::move(recorder_->rows().newest(1).at(0));
  };
  EXPECT_EQ(tunnel(1, "GET", 1000, 500, End::tunnelled).flags, kContentCut);
  EXPECT_EQ(tunnel(2, "GET", 900, 500, End::tunnelled).flags, kContentCut | kContentLost);
  EXPECT_EQ(tunnel(3, "CONNECT", 0, 1500, End::tunnelled).flags, 0U);
  EXPECT_EQ(tunnel(4, "CONNECT", 0, 1500, End::client_gone).flags, 0U);
}

TEST_F(RecorderRig, MarksFlowsWhoseEventsFoundNoRoom) {
  start();
  std::uint64_t flow = 0;
  while (sink_->metrics().dropped_events.value() == 0) exchange(++flow);
  step();
  exchange(++flow);
  step();
  auto rows = recorder_->rows().newest(Rows::kRows);
  EXPECT_EQ(rows.front().flags, 0U);
  EXPECT_LE(rows.size(), flow);
  EXPECT_LE(recorder_->metrics().open_flows.value(), 1);
}

TEST_F(RecorderRig, FindsItsRowsAgainAfterARestart) {
  start();
  for (std::uint64_t i = 1; i <= 50; ++i) exchange(i);
  step();
  recorder_.reset();
  start();
  recorder_->step();
  auto rows = recorder_->rows().newest(100);
  ASSERT_EQ(rows.size(), 50U);
  EXPECT_EQ(rows[0].flow.value, 50U);
  EXPECT_EQ(rows[0].target, "http://h/");
  EXPECT_EQ(chain(rows[0].last).first.size(), 3U);
}

TEST_F(RecorderRig, GoesOnWithoutAFolderAndTriesAgain) {
  std::string blocked = folder_ / "flows";
  { std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(blocked.c_str(), "w"), &std::fclose); }
  start();
  exchange(1);
  step();
  EXPECT_EQ(recorder_->metrics().paused_errno.value(), ENOTDIR);
  EXPECT_EQ(recorder_->rows().size(), 1U) << "the list works without a disk";
  std::filesystem::remove(blocked);
  clock_.advance(2s);
  step();
  EXPECT_EQ(recorder_->metrics().paused_errno.value(), 0);
  exchange(2);
  step();
  EXPECT_EQ(chain(recorder_->rows().newest(1).at(0).last).first.size(), 3U);
}

TEST_F(RecorderRig, ShowsAFlowBeforeItHasEnded) {
  start();
  sink_->begin({9}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
  http::RequestHead request;
  request.raw = "POST http://shop.test:81/a?b HTTP/1.1\r\n\r\n";
  sink_->request_received({9}, request, {});
  step();
  auto rows = recorder_->rows().newest(10);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(rows[0].open);
  EXPECT_EQ(rows[0].method, "POST");
  EXPECT_EQ(rows[0].host, "shop.test:81");
  EXPECT_EQ(rows[0].target, "http://shop.test:81/a?b");
  EXPECT_EQ(rows[0].client.port, 5U);
  http::ResponseHead response;
  response.status = 201;
  response.fields.add(http::FieldName::content_type, "text/plain");
  sink_->response_sent({9}, response, {}, clock_.now());
  step();
  rows = recorder_->rows().newest(10);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].status, 201U);
  EXPECT_EQ(rows[0].content_type, "text/plain");
  EXPECT_EQ(rows[0].target, "http://shop.test:81/a?b");
  for (int i = 0; i < 40; ++i) {  // progress is told four times a second
    sink_->data({9}, Direction::response, static_cast<ByteCount>(i) * 10, "0123456789", clock_.now());
    step();
  }
  EXPECT_GT(recorder_->rows().newest(1)[0].bytes_out, 300U);
  EXPECT_LE(recorder_->rows().seq(), 2U + 6U);
  sink_->end({9}, {.flow = {9}, .status = 201, .method = "POST", .target = "http://shop.test:81/a?b", .bytes_out = 400},
             clock_.now());
  step();
  rows = recorder_->rows().newest(10);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_FALSE(rows[0].open);
  EXPECT_EQ(rows[0].bytes_out, 400U);
}

TEST_F(RecorderRig, ShowsTheTypeOfAnAnswerThatBeganInTheSameStep) {
  start();
  sink_->begin({9}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
  http::RequestHead request;
  request.raw = "GET http://h/a HTTP/1.1\r\n\r\n";
  sink_->request_received({9}, request, {});
  http::ResponseHead response;
  response.status = 200;
  response.fields.add(http::FieldName::content_type, "text/event-stream");
  sink_->response_sent({9}, response, {}, clock_.now());
  step();
  Row row = std::move(recorder_->rows().newest(1).at(0));
  EXPECT_EQ(row.target, "http://h/a");
  EXPECT_EQ(row.content_type, "text/event-stream");
  clock_.advance(1s);
  sink_->data({9}, Direction::response, 0, "data: x\n\n", clock_.now());
  step();
  row = std::move(recorder_->rows().newest(1).at(0));
  EXPECT_EQ(row.bytes_out, 9U);
  EXPECT_EQ(row.target, "http://h/a");
  EXPECT_EQ(row.content_type, "text/event-stream");
}

TEST_F(RecorderRig, TellsOfContentThatCameLastAlsoWhenNothingFollows) {
  start();
  exchange(1);
  step();
  sink_->begin({9}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
  http::RequestHead request;
  request.raw = "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n";
  sink_->request_received({9}, request, {});
  step();
  sink_->data({9}, Direction::response, 0, "data: x\n\n", clock_.now());
  step();
  Position first = recorder_->rows().newest(1).at(0).last;
  for (int i = 0; i < 10; ++i) step();  // 300 ms in which nothing comes
  EXPECT_EQ(recorder_->rows().newest(1).at(0).bytes_out, 9U);
  EXPECT_NE(recorder_->rows().newest(1).at(0).last.value, first.value);
}

TEST_F(RecorderRig, TellsAFlowThatEndsWithinAStepOnce) {
  start();
  for (std::uint64_t flow = 1; flow <= 100; ++flow) exchange(flow);
  step();
  EXPECT_EQ(recorder_->rows().seq(), 100U);
  EXPECT_EQ(recorder_->rows().size(), 100U);
}

TEST_F(RecorderRig, RestsNoLongerWhenARingFillsFasterThanItLooks) {
  start();
  auto begun = std::chrono::steady_clock::now();
  std::thread worker([&] { exchange(1, 1_MiB); });
  recorder_->rest(std::chrono::hours(1));
  worker.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::minutes(10));
  EXPECT_GE(recorder_->step(), 1_MiB);
}

TEST_F(RecorderRig, CatchesUpAndWritesForWhoeverAsks) {
  start();
  step();
  EXPECT_TRUE(recorder_->catch_up(0ms));
  exchange(1);
  EXPECT_FALSE(recorder_->catch_up(1ms));  // nobody steps
  EXPECT_FALSE(recorder_->write_all(1ms));
  std::atomic<bool> done = false;
  std::thread stepping([&] {
    while (!done) {
      recorder_->step();  // the clock stands: no flush is due
      recorder_->rest(1ms);
    }
  });
  EXPECT_TRUE(recorder_->catch_up(1min));
  EXPECT_EQ(recorder_->rows().size(), 1U);
  exchange(2);
  EXPECT_TRUE(recorder_->write_all(1min));
  EXPECT_TRUE(SegmentFolder(options_.store.folder).at(recorder_->rows().newest(1).at(0).last));
  done = true;
  stepping.join();
}

TEST_F(RecorderRig, WritesAtOnceWhenSomebodyWaitsForARecord) {
  start();
  exchange(1);
  step();  // opens the store and flushes
  exchange(2);
  clock_.advance(1ms);
  recorder_->step();  // the row is there, its record is not on the disk yet
  Row row = std::move(recorder_->rows().newest(1).at(0));
  ASSERT_EQ(row.flow.value, 2U);
  SegmentFolder folder(options_.store.folder);
  EXPECT_FALSE(folder.at(row.last));
  EXPECT_FALSE(recorder_->wait_until_written(row.last, 3ms));  // nobody steps
  recorder_->step();
  EXPECT_TRUE(recorder_->wait_until_written(row.last, 0ms));
  EXPECT_TRUE(folder.at(row.last));
}

// Every flow without a client's port is one of ours, and again from flow 7.
struct OursOfSeven final : OwnFlows {
  std::optional<FlowId> on_begun(FlowId flow) override {
    begun.push_back(flow.value);
    return FlowId{of};
  }
  void on_ended(FlowId flow) override { ended.push_back(flow.value); }
  std::uint64_t of = 7;
  std::vector<std::uint64_t> begun, ended;
};

TEST_F(RecorderRig, KeepsWhichFlowOneWasSentAgainFrom) {
  start();
  OursOfSeven ours;
  sink_->tell_own(ours);
  Endpoint nobody{.ip = IpAddress::of4(127, 0, 0, 1), .port = 0}, somebody = *Endpoint::parse("127.0.0.1:5");
  http::RequestHead request;
  request.raw = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";
  for (std::uint64_t flow : {8, 9, 10}) {
    if (flow == 10) ours.of = 0;
    sink_->begin({flow}, flow == 9 ? somebody : nobody, clock_.now());
    sink_->request_received({flow}, request, {});
  }
  step();  // the list knows it before the end
  auto find = [&](std::uint64_t flow) { return std::move(*recorder_->rows().find({flow})); };
  EXPECT_TRUE(find(8).open);
  EXPECT_EQ(find(8).replay_of.value, 7U);
  EXPECT_EQ(find(8).flags, kReplayed);
  EXPECT_EQ(find(9).flags, 0U);
  for (std::uint64_t flow : {8, 9, 10}) {
    sink_->end({flow},
               {.flow = {flow}, .method = "GET", .target = "http://h/", .client = flow == 9 ? somebody : nobody},
               clock_.now());
  }
  step();
  EXPECT_EQ(ours.begun, (std::vector<std::uint64_t>{8, 10}));
  EXPECT_EQ(ours.ended, (std::vector<std::uint64_t>{8, 10}));
  recorder_->finish();
  sink_.reset();
  start();  // another run: from the disk
  step();
  EXPECT_EQ(find(8).replay_of.value, 7U);
  EXPECT_EQ(find(8).flags, kReplayed);
  EXPECT_EQ(find(9).replay_of.value, 0U);
  EXPECT_EQ(find(9).flags, 0U);
  EXPECT_EQ(find(10).replay_of.value, 0U);
  EXPECT_EQ(find(10).flags, kReplayed);
}

}  // namespace
}  // namespace porthole::flow
