// The observe server on memory streams: what scrapers, health checks and confused clients get.
#include "admin/server.h"

#include <gtest/gtest.h>

#include "admin/observe_site.h"
#include "base/random.h"
#include "io/memory_stream.h"

namespace porthole::admin {
namespace {

struct Life final : control::Lifecycle {
  bool ready() const override { return is_ready; }
  bool draining() const override { return is_draining; }
  control::Facts facts() const override { return {}; }
  std::string metrics() const override { return text; }
  bool is_ready = true;
  bool is_draining = false;
  std::string text = "porthole_up 1\n";
};

class ObserveServer : public testing::Test {
 protected:
  ~ObserveServer() override { ends_.clear(); }

  // The index of a new connection.
  std::size_t connect() {
    auto [ours, theirs] = io::make_memory_streams(loop_);
    server_.serve(std::move(theirs));
    ends_.push_back(std::move(ours));
    loop_.settle();
    return ends_.size() - 1;
  }
  void send(std::size_t end, std::string_view text) {
    iovec piece{const_cast<char*>(text.data()), text.size()};
    ends_[end]->try_write({&piece, 1});
    loop_.settle();
  }
  // What came, and whether it ended.
  std::string receive(std::size_t end, bool* closed = nullptr) {
    std::string all;
    std::array<char, 4096> room;
    while (true) {
      loop_.settle();
      io::IoCount count = ends_[end]->try_read(room);
      if (closed) *closed = count.state == io::IoCount::State::closed || count.state == io::IoCount::State::failed;
      if (count.state != io::IoCount::State::moved) return all;
      all.append(room.data(), count.bytes);
    }
  }
  std::string ask(std::string_view text) {
    std::size_t end = connect();
    send(end, text);
    return receive(end);
  }
  static std::string status(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }
  static std::string body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  ManualClock clock_;
  SeededRandom random_{1};
  io::ManualLoop loop_{clock_, random_};
  Life life_;
  ObserveSite site_{life_};
  Server server_{loop_, site_};
  std::vector<std::unique_ptr<io::Stream>> ends_;
};

TEST_F(ObserveServer, ServesMetrics) {
  std::string answer = ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status(answer), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4"), std::string::npos);
  EXPECT_NE(answer.find("Content-Length: 14\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Date: "), std::string::npos);
  EXPECT_EQ(body(answer), "porthole_up 1\n");
}

TEST_F(ObserveServer, AQueryDoesNotMatterAndHeadHasNoBody) {
  EXPECT_EQ(status(ask("GET /livez?verbose HTTP/1.1\r\nHost: x\r\n\r\n")), "HTTP/1.1 200 OK");
  std::string answer = ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 14\r\n"), std::string::npos);
  EXPECT_EQ(body(answer), "");
}

TEST_F(ObserveServer, HealthFollowsTheProgram) {
  auto readyz = [&] { return status(ask("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")); };
  EXPECT_EQ(readyz(), "HTTP/1.1 200 OK");
  life_.is_draining = true;
  EXPECT_EQ(readyz(), "HTTP/1.1 503 Service Unavailable");
  EXPECT_EQ(status(ask("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")), "HTTP/1.1 200 OK");
  life_.is_draining = life_.is_ready = false;
  EXPECT_EQ(readyz(), "HTTP/1.1 503 Service Unavailable");
}

TEST_F(ObserveServer, RefusesOtherPathsMethodsAndForms) {
  EXPECT_EQ(status(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), "HTTP/1.1 404 Not Found");
  std::string put = ask("DELETE /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status(put), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_NE(put.find("Allow: GET, HEAD\r\n"), std::string::npos);
  EXPECT_EQ(status(ask("GET http://shop.test/ HTTP/1.1\r\nHost: shop.test\r\n\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(ask("CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\n\r\n")), "HTTP/1.1 400 Bad Request");
}

TEST_F(ObserveServer, NonsenseIsAnsweredAndTheConnectionCloses) {
  std::size_t end = connect();
  send(end, "\x01\x02 nonsense\r\n\r\n");
  bool closed = false;
  EXPECT_EQ(status(receive(end, &closed)), "HTTP/1.1 400 Bad Request");
  EXPECT_TRUE(closed);
}

TEST_F(ObserveServer, KeepsTheConnectionAndAnswersInOrder) {
  std::size_t end = connect();
  send(end, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  bool closed = true;
  std::string answers = receive(end, &closed);
  EXPECT_FALSE(closed);
  EXPECT_LT(answers.find("200 OK"), answers.find("404 Not Found"));
  send(end, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status(receive(end, &closed)), "HTTP/1.1 200 OK");
  EXPECT_TRUE(closed);
}

TEST_F(ObserveServer, ARequestWithContentEndsTheConnection) {
  std::size_t end = connect();
  send(end, "POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nabc");
  bool closed = false;
  EXPECT_EQ(status(receive(end, &closed)), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_TRUE(closed);
}

TEST_F(ObserveServer, HoldsAtMostSoMuchForAVisitorThatDoesNotRead) {
  life_.text.assign(100'000, 'x');
  std::size_t end = connect();
  std::string many;
  for (int i = 0; i < 100; ++i) many += "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  send(end, many);
  EXPECT_LT(loop_.blocks().in_use(), 2_MiB) << "100 answers are 10 MB";
  std::string answers = receive(end);
  EXPECT_GT(answers.size(), 10'000'000U) << "and still each is answered";
}

TEST_F(ObserveServer, ASilentVisitorIsShownOut) {
  std::size_t end = connect();
  EXPECT_EQ(server_.visitors(), 1U);
  loop_.advance(std::chrono::seconds(61));
  bool closed = false;
  receive(end, &closed);
  EXPECT_TRUE(closed);
  ends_.clear();
  loop_.advance(std::chrono::seconds(3));
  EXPECT_EQ(server_.visitors(), 0U);
}

TEST_F(ObserveServer, TakesSoManyAndNoMore) {
  for (std::size_t i = 0; i < Server::kVisitorsMax + 3; ++i) connect();
  EXPECT_EQ(server_.visitors(), Server::kVisitorsMax);
  bool closed = false;
  receive(ends_.size() - 1, &closed);
  EXPECT_TRUE(closed);
}

}  // namespace
}  // namespace porthole::admin
