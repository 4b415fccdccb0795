// Indexes beside their segments: when they are made, that they are used, and that nothing depends on them.
#include "flow/indexer.h"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "flow/history.h"
#include "flow/marks.h"
#include "flow/search.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class IndexerTest : public test::FlowRig {
 protected:
  IndexerTest() { options_.store.keep = 8_MiB, restart(); }
  void restart() {
    sink_.reset();
    recorder_.reset();
    recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 1);
    sink_ = std::make_unique<RingSink>(recorder_->ring(0), recorder_->content_wanted());
    step();
  }
  // One of many kinds, with 2 KiB of content.
  void exchange(std::uint64_t flow) {
    static constexpr std::string_view kTypes[] = {"", "text/html; charset=utf-8", "application/json", "image/png"};
    static constexpr std::string_view kMethods[] = {"GET", "GET", "POST", "CONNECT"};
    static constexpr std::uint16_t kStatuses[] = {200, 200, 204, 302, 404, 503};
    std::string host = "h" + std::to_string(random_.next() % 9) + ".example";
    std::string target = "http://" + host + "/p" + std::to_string(random_.next() % 7) + "?q=" + std::to_string(flow);
    Outcome outcome{.flow = {flow}, .target = target, .host = host};
    outcome.method = kMethods[random_.next() % 4];
    outcome.status = kStatuses[random_.next() % 6];
    outcome.content_type = kTypes[random_.next() % 4];
    outcome.client = *Endpoint::parse(random_.next() % 2 ? "127.0.0.1:5" : "[::1]:7");
    outcome.bytes_out = random_.next() % 5000;
    outcome.begun = clock_.wall();
    outcome.took = Duration(random_.next() % 2'000'000);
    request(flow, "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nX-Flow: n" + std::to_string(flow) + "\r\n\r\n");
    content(flow, Direction::response, std::string(2000, 'c'), 2000);
    clock_.advance(outcome.took);
    sink_->end({flow}, outcome, clock_.now());
    if (flow % 50 == 0) step();
  }
  void exchanges(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t flow = first; flow <= last; ++flow) exchange(flow);
    step();
  }
  // Those of the segments that were read for it: of an earlier run, which left none.
  void let_it_index_anew() {
    sink_.reset();
    recorder_.reset();
    remove_indexes();
    restart();
    let_it_index();
  }
  void let_it_index() {
    clock_.advance(std::chrono::seconds(11));
    for (int i = 0; i < 500; ++i) recorder_->step();
  }
  std::vector<std::string> names(std::string_view prefix) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(options_.store.folder)) {
      std::string name = entry.path().filename().string();
      if (name.starts_with(prefix) && !name.ends_with(".new")) names.insert(name.substr(prefix.size(), 8));
    }
    return {names.begin(), names.end()};
  }
  // The numbers of all segments that are finished.
  std::vector<std::string> finished() {
    auto all = names("segment-");
    all.pop_back();
    return all;
  }
  ByteCount on_disk() {
    ByteCount bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(options_.store.folder)) bytes += entry.file_size();
    return bytes;
  }
  std::string index_path(const std::string& number) { return options_.store.folder + "/index-" + number + ".phi"; }
  void remove_indexes() {
    for (const std::string& number : names("index-")) std::filesystem::remove(index_path(number));
  }
  void damage(const std::string& path, std::streamoff at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    int octet = file.get();
    file.seekp(at);
    file.put(static_cast<char>(octet ^ 0x55));
  }
  ino_t inode(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
  }
  // Whether it can be used.
  bool is_good(const std::string& number) {
    auto segment = SegmentReader::open(options_.store.folder + "/segment-" + number + ".phs");
    auto index = IndexFile::open(index_path(number), segment->header());
    if (!index) return false;
    for (std::size_t i = 0; i < index->blocks(); ++i) {
      if (!index->block(i)) return false;
    }
    return index->rows() > 0;
  }
  std::vector<std::uint64_t> found(const std::string& filter) {
    auto wanted = match::Expr::parse(filter);
    EXPECT_TRUE(wanted) << filter;
    Search search(options_.store.folder, std::move(*wanted), marks_);
    std::vector<Row> hits;
    while (search.step(hits)) {}
    std::vector<std::uint64_t> flows;
    for (const Row& row : hits) flows.push_back(row.flow.value);
    return flows;
  }
  std::string term() {
    const std::string digit = std::to_string(random_.next() % 9);
    const std::string terms[] = {"status:404",
                                 "status:5xx",
                                 "host:h" + digit + ".example",
                                 "path:/p" + digit,
                                 "method:POST",
                                 "type:json",
                                 "size>2k",
                                 "time>1ms",
                                 "client:127.0.0.0/8",
                                 "is:tunnel",
                                 "query:q=*" + digit,
                                 "is:error",
                                 "h" + digit,
                                 "header.x-flow:n*" + digit,
                                 "domain:example",
                                 "url:*" + digit,
                                 "is:incomplete"};
    std::string one = terms[random_.next() % std::size(terms)];
    return random_.next() % 4 == 0 ? "not " + one : one;
  }

  Marks marks_{options_.store.folder, random_};
};

TEST_F(IndexerTest, AFinishedSegmentHasOneAtOnce) {
  exchanges(1, 1500);
  EXPECT_THAT(finished(), Not(IsEmpty()));
  EXPECT_EQ(names("index-"), finished());
  for (const std::string& number : finished()) EXPECT_TRUE(is_good(number));
}

TEST_F(IndexerTest, IsTheSameWhetherItWasMadeWhileWritingOrByReading) {
  exchanges(1, 2500);
  auto octets = [&] {
    std::vector<std::string> all;
    for (const std::string& number : names("index-")) {
      std::ifstream file(index_path(number), std::ios::binary);
      all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return all;
  };
  auto written = octets();
  EXPECT_THAT(written, testing::SizeIs(testing::Ge(3U)));
  let_it_index_anew();
  auto read = octets();
  read.pop_back();  // of what was the newest
  EXPECT_TRUE(read == written);
}

TEST_F(IndexerTest, OneThatTheDiskDidNotTakeIsMadeLater) {
  exchanges(1, 10);
  std::string number = names("segment-").back();
  // Nothing can be written under that name.
  std::string obstacle = index_path(number) + ".new";
  std::filesystem::remove(obstacle);
  std::filesystem::create_directories(obstacle + "/in/the/way");
  restart();  // begins a segment of its own; that of the last run is read
  exchanges(11, 1500);
  let_it_index();
  EXPECT_FALSE(std::filesystem::exists(index_path(number)));
  std::filesystem::remove_all(obstacle);
  let_it_index();
  EXPECT_TRUE(is_good(number));
  EXPECT_EQ(found("").size(), 1500U);
}

TEST_F(IndexerTest, OneThatFailsWhileTheSegmentIsWrittenIsReadLater) {
  exchanges(1, 10);
  std::string next = names("segment-").back();
  next.back() = static_cast<char>(next.back() + 1);
  std::string obstacle = index_path(next) + ".new";
  std::filesystem::create_directories(obstacle + "/in/the/way");
  exchanges(11, 1500);
  ASSERT_GT(finished().size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(index_path(next)));
  EXPECT_TRUE(is_good(finished().back())) << "those behind it have theirs";
  std::filesystem::remove_all(obstacle);
  let_it_index();
  EXPECT_TRUE(is_good(next));
}

TEST_F(IndexerTest, IsForItsOwnerAlone) {
  exchanges(1, 1500);
  let_it_index();
  struct stat status{};
  ASSERT_EQ(::stat(index_path(finished()[0]).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(IndexerTest, SearchesGiveTheSameWithAndWithout) {
  exchanges(1, 2500);
  remove_indexes();
  std::vector<std::string> filters = {"", "status:404"};
  for (int i = 0; i < 60; ++i)
    filters.push_back(i % 3 == 0   ? term()
                      : i % 3 == 1 ? term() + " " + term()
                                   : "(" + term() + " or " + term() + ") " + term());
  std::vector<std::vector<std::uint64_t>> without;
  for (const std::string& filter : filters) without.push_back(found(filter));
  EXPECT_EQ(without[0].size(), 2500U);
  let_it_index_anew();
  ASSERT_EQ(names("index-"), names("segment-"));
  std::size_t hits = 0;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    EXPECT_EQ(found(filters[i]), without[i]) << filters[i];
    hits += without[i].size();
  }
  EXPECT_GT(hits, 3000U) << "some of them find something";
  // A block that is broken in the middle: the segment itself goes on from there.
  for (const std::string& number : names("index-")) damage(index_path(number), 200);
  for (std::size_t i = 0; i < filters.size(); ++i) EXPECT_EQ(found(filters[i]), without[i]) << filters[i];
}

TEST_F(IndexerTest, WhatWasImportedStaysWhereItLies) {
  exchanges(1, 300);
  Outcome old{.flow = {9000}, .status = 200, .method = "GET", .target = "http://h/", .host = "h"};
  RingSink& import = recorder_->import_sink();
  import.begin(old.flow, {}, clock_.now());
  import.end(old.flow, old, clock_.now());
  step();
  exchanges(301, 2500);
  auto with = found("");
  ASSERT_EQ(with.size(), 2501U);
  EXPECT_EQ(with[2200], 9000U);
  remove_indexes();
  EXPECT_TRUE(found("") == with);
}

TEST_F(IndexerTest, SearchesOverRowsDoNotReadSegmentsThatHaveOne) {
  exchanges(1, 2500);
  let_it_index();
  ASSERT_THAT(finished(), testing::SizeIs(testing::Ge(3U)));
  auto before = found("status:404");
  // Nothing but the headers is left of the finished ones.
  for (const std::string& number : finished())
    std::filesystem::resize_file(options_.store.folder + "/segment-" + number + ".phs", sizeof(SegmentHeader));
  EXPECT_EQ(found("status:404"), before);
}

TEST_F(IndexerTest, FindsAFlowByItsIdInIndexesAndWhereThereAreNone) {
  exchanges(1, 2500);
  let_it_index();
  for (bool indexed : {true, false}) {
    if (!indexed) remove_indexes();
    for (std::uint64_t flow : {1, 2, 777, 1500, 2499, 2500}) {
      auto last = find_flow(options_.store.folder, {flow});
      ASSERT_TRUE(last) << flow;
      EXPECT_EQ(read_flow(reader_, *last)->row.flow.value, flow);
    }
    EXPECT_FALSE(find_flow(options_.store.folder, {0}));
    EXPECT_FALSE(find_flow(options_.store.folder, {2501}));
  }
}

TEST_F(IndexerTest, FindsThePinnedWhoseSegmentIsGone) {
  exchanges(1, 2);
  ASSERT_TRUE(marks_.set({1}, {.pinned = true}, *find_flow(options_.store.folder, {1})));
  exchanges(3, 6000);
  auto last = find_flow(options_.store.folder, {1});
  ASSERT_TRUE(last);
  EXPECT_EQ(read_flow(reader_, *last)->row.flow.value, 1U);
  EXPECT_FALSE(find_flow(options_.store.folder, {2}));
}

TEST_F(IndexerTest, AnotherRunUsesWhatIsThere) {
  exchanges(1, 1500);
  let_it_index();
  std::string first = index_path(finished()[0]);
  ino_t before = inode(first);
  auto flows = found("");
  restart();
  let_it_index();
  EXPECT_EQ(inode(first), before);
  EXPECT_EQ(names("index-"), names("segment-")) << "the last run's newest has one, too";
  EXPECT_EQ(found(""), flows);
}

TEST_F(IndexerTest, ABrokenOrOlderOneIsMadeAnew) {
  exchanges(1, 1500);
  let_it_index();
  std::string path = index_path(finished()[0]);
  auto flows = found("");
  for (std::streamoff at : {8, 30, 5000}) {  // its version, its seed, a row
    damage(path, at);
    EXPECT_FALSE(is_good(finished()[0]));
    EXPECT_EQ(found(""), flows);
    restart();
    let_it_index();
    EXPECT_TRUE(is_good(names("segment-")[0])) << at;
    EXPECT_EQ(found(""), flows);
  }
}

TEST_F(IndexerTest, WhatBelongsToNoSegmentGoesWithTheNextRun) {
  exchanges(1, 1500);
  let_it_index();
  std::ofstream(index_path("00004444")) << "of a segment that is not there";
  std::ofstream(index_path(finished()[0]) + ".new") << "died while it was made";
  restart();
  EXPECT_FALSE(std::filesystem::exists(index_path("00004444")));
  EXPECT_FALSE(std::filesystem::exists(index_path(names("segment-")[0]) + ".new"));
  EXPECT_TRUE(is_good(names("segment-")[0]));
}

TEST_F(IndexerTest, GoesWithItsSegmentAndCountsBelowTheCeiling) {
  std::string first;
  for (std::uint64_t flow = 1; flow <= 12'000; flow += 500) {
    exchanges(flow, flow + 499);
    clock_.advance(std::chrono::seconds(11));
    for (int i = 0; i < 100; ++i) {
      recorder_->step();
      ASSERT_LE(on_disk(), options_.store.keep);
    }
    EXPECT_EQ(names("index-"), finished());
    ASSERT_EQ(static_cast<ByteCount>(recorder_->metrics().store_bytes.value()) / 1_MiB, on_disk() / 1_MiB);
    if (first.empty() && !finished().empty()) first = finished()[0];
  }
  EXPECT_FALSE(std::filesystem::exists(index_path(first)));
  EXPECT_GT(recorder_->metrics().evicted_segments.value(), 10U);
}

TEST_F(IndexerTest, GoesWhenAllIsForgotten) {
  exchanges(1, 1500);
  std::string making = index_path(names("segment-").back()) + ".new";
  EXPECT_TRUE(std::filesystem::exists(making));
  EXPECT_THAT(names("index-"), Not(IsEmpty()));
  EXPECT_FALSE(recorder_->clear({}));
  recorder_->step();
  EXPECT_THAT(names("index-"), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(making));
  exchanges(2001, 2100);
  EXPECT_EQ(found("").size(), 100U);
}

TEST_F(IndexerTest, AStepReadsLittle) {
  exchanges(1, 1500);
  sink_.reset();
  recorder_.reset();
  remove_indexes();
  restart();
  std::size_t steps = 0;
  while (names("index-") != names("segment-")) {
    recorder_->step();
    ASSERT_LT(++steps, 200U);
  }
  EXPECT_GE(steps, finished().size() * (1_MiB / Indexer::kStepBytes - 1));
}

}  // namespace
}  // namespace porthole::flow
