// What people say about flows, and that it lasts.
#include "flow/marks.h"

#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/store.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using testing::ElementsAre;

class MarksTest : public test::FlowRig {
 protected:
  MarksTest() {
    request(1, "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");
    response(1, "HTTP/1.1 200 OK\r\n\r\n");
    content(1, Direction::response, std::string(300'000, 'k'), 16'000);
    end(1, 300'000);
    step();
    last_ = recorder_->rows().newest(1).at(0).last;
  }
  std::string flows() { return options_.store.folder; }
  // Segments come and go until the first has been evicted.
  void evict() {
    for (std::uint64_t flow = 100; flow < 600; ++flow) {
      request(flow, "GET http://h/fill HTTP/1.1\r\n\r\n");
      content(flow, Direction::response, std::string(16'000, 'f'), 16'000);
      end(flow, 16'000);
      recorder_->step();
    }
    step();
  }
  std::string whole(Position last) {
    SegmentFolder folder(flows());
    auto flow = read_flow(folder, last);
    std::string text;
    if (flow) read_content(folder, flow->content[1], 0, 1_MiB, text);
    return text;
  }
  Position last_;
};

TEST_F(MarksTest, APatchChangesWhatItNames) {
  auto mark = Mark().patched(R"({"pinned":true,"colour":"red","note":"n","tags":["a","b"],"else":1})");
  ASSERT_TRUE(mark);
  EXPECT_TRUE(mark->pinned);
  EXPECT_EQ(mark->colour, "red");
  EXPECT_THAT(mark->tags, ElementsAre("a", "b"));
  auto tagged = mark->patched(R"({"tags":["c"]})");
  ASSERT_TRUE(tagged);
  EXPECT_THAT(tagged->tags, ElementsAre("c"));
  EXPECT_TRUE(tagged->pinned);
  EXPECT_EQ(tagged->note, "n");
  auto same = mark->patched("{}");
  EXPECT_TRUE(same && same->pinned && same->note == "n");
  auto none = mark->patched(R"({"pinned":null,"colour":null,"note":null,"tags":null})");
  EXPECT_TRUE(none && none->empty());
  EXPECT_TRUE(mark->patched(R"({"pinned":false,"colour":"","note":"","tags":[]})")->empty());
}

TEST_F(MarksTest, WhatIsNoMarkIsRefused) {
  for (const std::string& bad :
       {std::string("[]"), std::string("x"), std::string("null"), std::string(R"({"pinned":1})"),
        std::string(R"-({"colour":"url(x)"})-"), std::string(R"({"tags":[1]})"), std::string(R"({"tags":[""]})"),
        std::string(R"({"tags":"a"})"), "{\"note\":\"" + std::string(5000, 'n') + "\"}",
        "{\"tags\":[\"" + std::string(65, 't') + "\"]}"})
    EXPECT_FALSE(Mark().patched(bad)) << bad.substr(0, 30);
}

TEST_F(MarksTest, LastOverARestart) {
  {
    Marks marks(flows(), random_);
    ASSERT_TRUE(marks.set({1}, {.colour = "blue", .note = "a \"note\"\n", .tags = {"x"}}, last_));
    ASSERT_TRUE(marks.set({2}, {.note = "gone"}, {}));
    ASSERT_TRUE(marks.set({2}, {}, {}));
  }
  Marks marks(flows(), random_);
  EXPECT_EQ(marks.size(), 1U);
  ASSERT_TRUE(marks.find({1}));
  EXPECT_EQ(marks.find({1})->note, "a \"note\"\n");
  EXPECT_TRUE(marks.find({1})->facts().noted);
  struct stat facts{};
  ASSERT_EQ(::stat((flows() + "/marks.json").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(MarksTest, APinnedFlowStaysWhenItsSegmentIsEvicted) {
  Marks marks(flows(), random_);
  ASSERT_TRUE(marks.set({1}, {.pinned = true}, last_));
  evict();
  EXPECT_EQ(whole(last_), "") << "it was evicted";
  auto copies = pinned_in(flows());
  ASSERT_EQ(copies.size(), 1U);
  EXPECT_EQ(whole(copies[0]), std::string(300'000, 'k'));
}

TEST_F(MarksTest, APinSurvivesARestartAndIsInTheList) {
  {
    Marks marks(flows(), random_);
    ASSERT_TRUE(marks.set({1}, {.pinned = true, .note = "keep"}, last_));
  }
  evict();
  recorder_.reset();
  recorder_ = std::make_unique<Recorder>(clock_, random_, options_, 1);
  recorder_->step();
  auto row = recorder_->rows().find({1});
  ASSERT_TRUE(row);
  EXPECT_EQ(whole(row->last), std::string(300'000, 'k'));
}

TEST_F(MarksTest, TakingThePinOutTakesItsCopyOut) {
  Marks marks(flows(), random_);
  ASSERT_TRUE(marks.set({1}, {.pinned = true}, last_));
  ASSERT_TRUE(marks.set({1}, {.pinned = true, .note = "again"}, last_));
  EXPECT_EQ(Store::copies_in(flows()).size(), 1U) << "copied once";
  ASSERT_TRUE(marks.set({1}, {.note = "again"}, last_));
  EXPECT_TRUE(Store::copies_in(flows()).empty());
  EXPECT_EQ(marks.find({1})->note, "again");
}

TEST_F(MarksTest, RecordsThatHaveGoneCannotBePinned) {
  evict();
  Marks marks(flows(), random_);
  auto done = marks.set({1}, {.pinned = true}, last_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().os_errno, ENOENT);
  EXPECT_EQ(marks.find({1}), nullptr);
  EXPECT_TRUE(Store::copies_in(flows()).empty());
}

TEST_F(MarksTest, WhatCannotBeWrittenIsAsItWas) {
  Marks marks(flows(), random_);
  ASSERT_TRUE(marks.set({1}, {.note = "first"}, last_));
  ASSERT_EQ(::mkdir((flows() + "/marks.json.new").c_str(), 0700), 0);  // in the way
  EXPECT_FALSE(marks.set({1}, {.pinned = true, .note = "second"}, last_));
  EXPECT_EQ(marks.find({1})->note, "first");
  EXPECT_TRUE(Store::copies_in(flows()).empty());
  EXPECT_FALSE(marks.set({2}, {.note = "new"}, last_));
  EXPECT_EQ(marks.find({2}), nullptr);
}

TEST_F(MarksTest, ADamagedFileCountsAsEmpty) {
  std::ofstream(flows() + "/marks.json") << R"({"0000000000001":{"note":"x"},"bad id":{"note":"y"},"0000000000002":7,)";
  EXPECT_EQ(Marks(flows(), random_).size(), 0U);
  std::ofstream(flows() + "/marks.json") << R"({"0000000000001":{"note":"x"},"bad id":{"note":"y"},"0000000000002":7})";
  EXPECT_EQ(Marks(flows(), random_).size(), 1U);
}

TEST_F(MarksTest, TheOldestMarkMakesRoomAndNoPinDoes) {
  std::string text = "{";
  for (std::uint64_t flow = 1; flow <= Marks::kMarksMax; ++flow) {
    char id[FlowId::kTextBytes];
    FlowId{flow}.text(id);
    // The larger its flow, the earlier it was set; flow 10,000, the oldest, is a pin.
    text += (flow == 1 ? "\"" : ",\"") + std::string(id, sizeof id) + R"(":{"note":"n","order":)" +
            std::to_string(Marks::kMarksMax + 1 - flow) + (flow == Marks::kMarksMax ? R"(,"pinned":true})" : "}");
  }
  std::ofstream(flows() + "/marks.json") << text << "}";
  Marks marks(flows(), random_);
  ASSERT_EQ(marks.size(), Marks::kMarksMax);
  EXPECT_FALSE(marks.set({20'000}, {.pinned = true}, {}));
  EXPECT_NE(marks.find({Marks::kMarksMax - 1}), nullptr) << "what was refused takes no room";
  ASSERT_TRUE(marks.set({20'000}, {.note = "new"}, {}));
  EXPECT_EQ(marks.size(), Marks::kMarksMax);
  EXPECT_NE(marks.find({20'000}), nullptr);
  EXPECT_NE(marks.find({Marks::kMarksMax}), nullptr);
  EXPECT_EQ(marks.find({Marks::kMarksMax - 1}), nullptr);
  Marks again(flows(), random_);
  ASSERT_TRUE(again.set({20'001}, {.note = "newer"}, {}));
  EXPECT_NE(again.find({20'000}), nullptr) << "the order outlives a restart";
  EXPECT_EQ(again.find({Marks::kMarksMax - 2}), nullptr);
}

TEST_F(MarksTest, ForgetsAllButPinsAndWhatIsWanted) {
  Marks marks(flows(), random_);
  ASSERT_TRUE(marks.set({1}, {.pinned = true}, last_));
  ASSERT_TRUE(marks.set({2}, {.note = "open"}, {}));
  ASSERT_TRUE(marks.set({3}, {.note = "gone"}, {}));
  ASSERT_TRUE(marks.forget([](FlowId flow) { return flow.value == 2; }));
  for (const Marks& one : {std::cref(marks).get(), Marks(flows(), random_)}) {
    EXPECT_NE(one.find({1}), nullptr);
    EXPECT_NE(one.find({2}), nullptr);
    EXPECT_EQ(one.find({3}), nullptr);
  }
}

TEST_F(MarksTest, ACopyThatNoMarkKnowsIsNotWrittenOver) {
  {
    Marks marks(flows(), random_);
    ASSERT_TRUE(marks.set({1}, {.pinned = true}, last_));
  }
  std::ofstream(flows() + "/marks.json") << "cut";
  request(2, "GET http://h/b HTTP/1.1\r\n\r\n");
  end(2);
  step();
  Marks marks(flows(), random_);
  ASSERT_TRUE(marks.set({2}, {.pinned = true}, recorder_->rows().newest(1).at(0).last));
  EXPECT_EQ(Store::copies_in(flows()).size(), 2U);
  EXPECT_EQ(whole(pinned_in(flows()).at(0)), std::string(300'000, 'k'));
}

TEST_F(MarksTest, AnOpenFlowKeepsItsNameWhenAllIsForgotten) {
  request(3, "GET http://h/slow HTTP/1.1\r\n\r\n");
  step();
  EXPECT_FALSE(recorder_->clear(Duration(0)));
  step();
  for (bool ended : {false, true}) {
    auto rows = recorder_->rows().newest(9);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].method, "GET");
    EXPECT_EQ(rows[0].host, "h");
    EXPECT_EQ(rows[0].target, "http://h/slow");
    if (!ended) end(3, 5);
    step();
  }
}

TEST_F(MarksTest, ClearingKeepsWhatIsPinned) {
  Marks marks(flows(), random_);
  ASSERT_TRUE(marks.set({1}, {.pinned = true}, last_));
  request(2, "GET http://h/b HTTP/1.1\r\n\r\n");
  end(2);
  request(3, "GET http://h/open HTTP/1.1\r\n\r\n");
  step();
  ASSERT_EQ(recorder_->rows().size(), 3U);
  std::uint64_t seq = recorder_->rows().seq();
  EXPECT_FALSE(recorder_->clear(Duration(0)));  // the next step does it
  step();
  auto rows = recorder_->rows().newest(10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].open);
  EXPECT_EQ(rows[1].flow.value, 1U);
  EXPECT_EQ(whole(rows[1].last), std::string(300'000, 'k'));
  EXPECT_TRUE(recorder_->rows().changes_since(seq, 10).resync);
  // What was under way goes on, without its beginning.
  end(3, 5);
  step();
  auto open = newest();
  ASSERT_TRUE(open);
  EXPECT_EQ(open->row.flow.value, 3U);
  EXPECT_NE(open->row.flags & kEventLost, 0);
  EXPECT_TRUE(open->beginning_gone);
}

}  // namespace
}  // namespace porthole::flow
