// Content and feeds of a Site, over a connection.
#include "admin/visitor.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "admin/server.h"
#include "base/random.h"
#include "io/memory_stream.h"

namespace porthole::admin {
namespace {

using namespace std::chrono_literals;

// Gives `pieces` pieces of `size` octets, waiting between them when asked to.
class Counting final : public Feed {
 public:
  Counting(int pieces, std::size_t size, bool waits, int& pulled, bool goes_on = false)
      : pieces_(pieces), size_(size), waits_(waits), pulled_(pulled), goes_on_(goes_on) {}
  State pull(std::string& piece, Instant) override {
    ++pulled_;
    if (pieces_ == 0) return goes_on_ ? State::wait : State::done;
    --pieces_;
    piece.append(size_, 'f');
    return waits_ ? State::wait : State::more;
  }
  bool endless() const override { return goes_on_; }

 private:
  int pieces_;
  std::size_t size_;
  bool waits_;
  int& pulled_;
  bool goes_on_;
};

// Has something to do in each turn.
class Busy final : public Feed {
 public:
  Busy(int turns, int& pulled) : turns_(turns), pulled_(pulled) {}
  State pull(std::string& piece, Instant) override {
    piece += 'b';
    return ++pulled_ < turns_ ? State::turn : State::done;
  }

 private:
  int turns_;
  int& pulled_;
};

// Promises 100 octets and gives 10.
class Breaking final : public Feed {
 public:
  State pull(std::string& piece, Instant) override {
    if (pulled_++ > 0) return State::broken;
    piece.append(10, 'f');
    return State::more;
  }

 private:
  int pulled_ = 0;
};

// Is there when the test says so.
class Coming final : public Later {
 public:
  Coming(bool& there, int& waiting) : there_(there), waiting_(waiting) { ++waiting_; }
  ~Coming() override { --waiting_; }
  std::optional<Answer> look(Instant) override {
    if (!there_) return std::nullopt;
    return Answer{.status = 201, .body = "came", .fields = {{"X-Later", "1"}}};
  }

 private:
  bool& there_;
  int& waiting_;
};

class EchoSite final : public Site {
 public:
  std::optional<Answer> screen(const http::RequestHead& request) override {
    if (request.target_text == "/refused") return Answer{.status = 403, .body = "no"};
    return std::nullopt;
  }
  ByteCount content_max(const http::RequestHead&) const override { return 1000; }
  Answer answer(const http::RequestHead& request, std::string_view content) override {
    ++answered;
    pulled_before = pulled;
    Answer answer{.fields = {{"X-Own", "1"}}};
    if (request.target_text == "/feed") answer.feed = std::make_unique<Counting>(4, 10, true, pulled);
    else if (request.target_text == "/endless") answer.feed = std::make_unique<Counting>(2, 10, true, pulled, true);
    else if (request.target_text == "/busy") answer.feed = std::make_unique<Busy>(1000, pulled);
    else if (request.target_text == "/broken") answer.feed = std::make_unique<Breaking>();
    else if (request.target_text == "/large") answer.feed = std::make_unique<Counting>(64, 100'000, false, pulled);
    else if (request.target_text == "/later") answer.later = std::make_unique<Coming>(there, waiting);
    else answer.body = "got " + std::string(content);
    if (request.target_text == "/large") answer.feed_length = 6'400'000;
    if (request.target_text == "/broken") answer.feed_length = 100;
    return answer;
  }
  int answered = 0, pulled = 0, waiting = 0;
  int pulled_before = 0;  // the answer made last
  bool there = false;
};

class VisitorTest : public testing::Test {
 protected:
  VisitorTest() {
    auto [ours, theirs] = io::make_memory_streams(loop_, {.capacity = 64 * 1024, .first = {}, .second = {}});
    server_.serve(std::move(theirs));
    end_ = std::move(ours);
    loop_.settle();
  }
  void send(std::string_view text) {
    iovec piece{const_cast<char*>(text.data()), text.size()};
    ASSERT_EQ(end_->try_write({&piece, 1}).bytes, text.size());
    loop_.settle();
  }
  // What has come, at most `most` octets.
  std::string receive(std::size_t most = SIZE_MAX) {
    std::string all;
    std::array<char, 4096> room;
    while (all.size() < most) {
      loop_.settle();
      io::IoCount count = end_->try_read({room.data(), std::min(room.size(), most - all.size())});
      ended_ = count.state == io::IoCount::State::closed || count.state == io::IoCount::State::failed;
      if (count.state != io::IoCount::State::moved) return all;
      all.append(room.data(), count.bytes);
    }
    return all;
  }
  static bool ends(const std::string& text, std::string_view with) { return text.ends_with(with); }

  ManualClock clock_;
  SeededRandom random_{1};
  io::ManualLoop loop_{clock_, random_};
  EchoSite site_;
  Server server_{loop_, site_};
  std::unique_ptr<io::Stream> end_;
  bool ended_ = false;
};

TEST_F(VisitorTest, AnswersOnceTheContentIsThere) {
  send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_EQ(receive(), "");
  send("lo");
  EXPECT_TRUE(ends(receive(), "\r\n\r\ngot hello"));
  send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  std::string answer = receive();
  EXPECT_TRUE(ends(answer, "\r\n\r\ngot abc"));
  EXPECT_NE(answer.find("X-Own: 1\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Cache-Control: no-store\r\n"), std::string::npos);
  EXPECT_FALSE(ended_);
}

TEST_F(VisitorTest, WaitsForAnAnswerThatComesLaterAndThenGoesOn) {
  send("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.advance(10s);
  EXPECT_EQ(receive(), "");
  EXPECT_EQ(site_.answered, 1);
  site_.there = true;
  loop_.advance(50ms);
  std::string answers = receive();
  EXPECT_EQ(answers.substr(0, 12), "HTTP/1.1 201");
  EXPECT_NE(answers.find("X-Later: 1\r\n"), std::string::npos);
  EXPECT_NE(answers.find("X-Own: 1\r\n"), std::string::npos);
  EXPECT_NE(answers.find("\r\n\r\ncame"), std::string::npos);
  EXPECT_TRUE(ends(answers, "\r\n\r\ngot "));
  EXPECT_FALSE(ended_);
  EXPECT_EQ(site_.waiting, 0);
}

TEST_F(VisitorTest, NobodyWaitsForWhoHasLeft) {
  send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(site_.waiting, 1);
  end_->abort();
  loop_.settle();
  EXPECT_EQ(site_.waiting, 0);
  EXPECT_EQ(server_.visitors(), 0U);
}

TEST_F(VisitorTest, WhoWillAskNothingMoreStillGetsAnAnswerThatComesLater) {
  send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  end_->shutdown_write();
  loop_.settle();
  site_.there = true;
  loop_.advance(50ms);
  EXPECT_TRUE(ends(receive(), "\r\n\r\ncame"));
  EXPECT_TRUE(ended_);
}

TEST_F(VisitorTest, TellsAWaitingClientToSendItsContent) {
  send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  send("hello");
  EXPECT_TRUE(ends(receive(), "got hello"));
}

TEST_F(VisitorTest, TakesNoMoreContentThanTheSiteWants) {
  send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(receive().substr(0, 12), "HTTP/1.1 413");
  EXPECT_EQ(site_.answered, 0);
}

TEST_F(VisitorTest, TakesNoMoreChunksThanTheSiteWants) {
  send("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'x') + "\r\n");
  EXPECT_EQ(receive(), "");
  send("1\r\nx\r\n");
  EXPECT_EQ(receive().substr(0, 12), "HTTP/1.1 413");
  EXPECT_EQ(site_.answered, 0);
}

TEST_F(VisitorTest, RefusesBeforeTheContentAndCloses) {
  send("POST /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  std::string answer = receive();
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 403");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
}

TEST_F(VisitorTest, SendsAFeedPieceByPieceAndGoesOn) {
  send("GET /feed HTTP/1.1\r\nHost: h\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string first = receive();
  EXPECT_TRUE(ends(first, "\r\n\r\na\r\nffffffffff\r\n"));
  EXPECT_EQ(site_.pulled, 1);
  for (int i = 0; i < 3; ++i) {
    loop_.advance(60ms);
    EXPECT_EQ(receive(), "a\r\nffffffffff\r\n");
  }
  loop_.advance(60ms);
  std::string rest = receive();
  EXPECT_EQ(rest.substr(0, 5), "0\r\n\r\n");
  EXPECT_TRUE(ends(rest, "got "));  // what was asked meanwhile
}

TEST_F(VisitorTest, AFeedThatIsBusyLetsOthersHaveTheirTurn) {
  auto [ours, theirs] = io::make_memory_streams(loop_, {.capacity = 64 * 1024, .first = {}, .second = {}});
  server_.serve(std::move(theirs));
  for (auto [end, request] : {std::pair(end_.get(), "GET /busy HTTP/1.1\r\nHost: h\r\n\r\n"),
                              std::pair(ours.get(), "GET /a HTTP/1.1\r\nHost: h\r\n\r\n")}) {
    iovec piece{const_cast<char*>(request), std::string_view(request).size()};
    ASSERT_EQ(end->try_write({&piece, 1}).bytes, piece.iov_len);
  }
  std::string all = receive();
  EXPECT_EQ(std::count(all.begin() + static_cast<std::ptrdiff_t>(all.find("\r\n\r\n")), all.end(), 'b'), 1000);
  EXPECT_TRUE(ends(all, "0\r\n\r\n"));
  EXPECT_EQ(site_.answered, 2);
  EXPECT_LT(site_.pulled_before, 10) << "the other one had to wait";
}

TEST_F(VisitorTest, PullsOnlyAsFastAsTheVisitorReads) {
  send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.advance(1s);
  int before = site_.pulled;
  EXPECT_LT(before, 8);  // 256 KiB wait at most, of 6.4 MB
  std::string all = receive(1'000'000);
  EXPECT_GT(site_.pulled, before);
  EXPECT_LT(site_.pulled, before + 16);
  all += receive();
  EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, 6'400'000U);
  EXPECT_NE(all.find("Content-Length: 6400000\r\n"), std::string::npos);
}

TEST_F(VisitorTest, EndsAFeedToAnOldClientWithTheConnection) {
  send("GET /feed HTTP/1.0\r\n\r\n");
  std::string all = receive();
  for (int i = 0; i < 4; ++i) {
    loop_.advance(60ms);
    all += receive();
  }
  EXPECT_TRUE(ends(all, "\r\n\r\n" + std::string(40, 'f')));
  EXPECT_TRUE(ended_);
}

TEST_F(VisitorTest, AnEndlessFeedEndsWithItsVisitor) {
  send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  loop_.advance(10min);  // patience is for those who ask nothing
  receive();
  EXPECT_FALSE(ended_);
  EXPECT_EQ(server_.visitors(), 1U);
  end_->shutdown_write();
  loop_.settle();
  EXPECT_EQ(server_.visitors(), 0U);
}

TEST_F(VisitorTest, AFeedThatBreaksEndsTheConnection) {
  send("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string all = receive();
  EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), "ffffffffff") << "of a hundred";
  EXPECT_TRUE(ended_);
  EXPECT_EQ(server_.visitors(), 0U);
}

}  // namespace
}  // namespace porthole::admin
