// A hostile client, the whole proxy, an honest server. Whatever the client does, what reaches the server is well-formed, in
// the client's order, with the content that the client sent and never more; each answer that the server gives comes back to
// the request it was given for. Beyond that, as in exchange.cc: every exchange ends once and nothing stays behind.
// Input: one octet with the server's habits, then up to 64 moves of the client.
#include <array>
#include <cstdio>

#include "play.h"
#include "support/proxy_rig.h"

namespace fuzz = porthole::fuzz;
namespace http = porthole::http;
namespace test = porthole::test;
using fuzz::Heard;
using fuzz::Input;
using fuzz::require;
using porthole::Block;

namespace {

constexpr std::array<std::string_view, 20> kPieces = {
    "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD http://h/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST http://h/p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
    "POST http://h/q HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PUT http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\nExpect: 100-continue\r\n\r\n",
    "GET http://h/10 HTTP/1.0\r\n\r\n",
    "DELETE http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "OPTIONS http://h HTTP/1.1\r\nHost: h\r\n",
    "GET http://h/ HTTP/1.1\r\n",
    "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
    "Host: h\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: x-a, keep-alive\r\nX-A: 1\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "0\r\nX-T: 1\r\n\r\n",
    "hello",
    "\r\n",
    "X: y\r\n",
};

// A request among all those that reached a server.
struct Place {
  std::size_t server;
  std::size_t index;
};

// Answers what it has read: with what it was asked, so that an answer in the wrong place is seen.
class Server {
 public:
  Server(test::Peer& peer, unsigned habits) : peer_(peer), habits_(habits) {}

  // Appends to `order` for each request that begins.
  void act(std::vector<Place>& order, std::size_t connection, bool tunnels) {
    requests_.read(peer_.take());
    require(!requests_.broken() || tunnels);
    for (; placed_ < requests_.heard().size(); ++placed_) order.push_back({connection, placed_});
    while (answered_ < requests_.heard().size() && !finished_) {
      const Heard& request = requests_.heard()[answered_];
      bool early = (habits_ & 1U) != 0;
      if (!request.complete && !early) break;
      answer(request, early);
      if (!request.complete) break;
    }
  }
  const std::vector<Heard>& heard() const { return requests_.heard(); }

 private:
  void answer(const Heard& request, bool early) {
    std::string content = early ? "early" : request.start + "\n" + request.content;
    std::string answer = (habits_ & 2U) != 0 ? "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" : "";
    answer += early ? "HTTP/1.1 403 Early\r\n" : "HTTP/1.1 200 OK\r\n";
    bool close = (habits_ & 4U) != 0 || (early && !request.complete);
    if (close) answer += "Connection: close\r\n";
    bool none = request.method == http::Method::head;
    switch (habits_ >> 3U & 3U) {
      case 0:
      case 1: answer += "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + (none ? "" : content); break;
      case 2: {
        std::array<char, 24> size;
        int n = std::snprintf(size.data(), size.size(), "%zx\r\n", content.size());
        answer += "Transfer-Encoding: chunked\r\n\r\n";
        if (!none)
          answer += std::string(size.data(), static_cast<std::size_t>(n)) + content + "\r\n0\r\nX-T: 1\r\n\r\n";
        break;
      }
      default:
        close = true;
        answer += "\r\n" + (none ? "" : content);
        break;
    }
    ++answered_;
    peer_.send(answer);
    if (!close) return;
    peer_.finish();
    finished_ = true;
  }

  test::Peer& peer_;
  unsigned habits_;
  fuzz::RequestReader requests_;
  std::size_t placed_ = 0, answered_ = 0;
  bool finished_ = false;
};

class Play {
 public:
  explicit Play(unsigned habits) : habits_(habits), client_(rig_.client()) {}

  void move(Input& input) {
    unsigned what = input.octet();
    switch (input.octet() % 10) {
      case 0:
      case 1:
      case 2: send(kPieces[what % kPieces.size()], false); break;
      case 3: send(kPieces[what % kPieces.size()], true); break;
      case 4:
      case 5: send(input.text(what), false); break;
      case 6: send(std::string(input.filling(what), 'a'), false); break;
      case 7: rig_.advance(std::chrono::milliseconds(what * what * 4)); break;
      case 8: (what & 1U) != 0 ? client_->stop_reading() : client_->read_on(); break;
      default: end(what % 4); break;
    }
    serve();
    require(rig_.loop.blocks().in_use() < 4'000'000);
  }

  void judge() {
    client_->read_on();
    client_->finish();
    serve();
    rig_.advance(std::chrono::hours(8));
    serve();
    rig_.advance(std::chrono::hours(8));
    require(rig_.worker->metrics().exchanges.value() == 0 && rig_.worker->metrics().tunnels.value() == 0);
    require(rig_.worker->metrics().connections.value() == 0);
    require(rig_.recorder.begun.value() == rig_.recorder.ended.value());
    if (!tunnels()) {
      judge_requests();
      judge_responses();
    }
    rig_.worker.reset();
    require(rig_.loop.blocks().in_use() <= Block::kLarge);
  }

 private:
  bool tunnels() { return rig_.worker->metrics().tunnels_total.value() > 0; }

  void send(std::string_view text, bool slowly) {
    if (ended_) return;
    sent_ += text;
    slowly ? client_->send_slowly(text) : client_->send(text);
  }
  void end(unsigned how) {
    if (how > 1 || ended_) return;  // most moves of this kind wait for the next
    ended_ = true;
    how == 0 ? client_->finish() : client_->reset();
  }
  void serve() {
    for (std::size_t i = 0; i < rig_.servers(); ++i) {
      if (i == servers_.size()) servers_.push_back(std::make_unique<Server>(rig_.server(i), habits_));
      servers_[i]->act(order_, i, tunnels());
    }
  }

  // What the servers heard is what the client said, in its order; nothing twice unless it may be repeated.
  void judge_requests() {
    said_.read(sent_);
    std::size_t next = 0;
    for (const Place& place : order_) {
      const Heard& request = servers_[place.server]->heard()[place.index];
      bool repeat = next > 0 && http::is_idempotent(request.method) && fuzz::arrived(request, said_.heard()[next - 1]);
      while (!repeat && next < said_.heard().size() && !fuzz::arrived(request, said_.heard()[next])) ++next;
      if (repeat) continue;
      require(next < said_.heard().size());
      ++next;
    }
  }

  // Each whole answer of the server's stands where its request stood.
  void judge_responses() {
    fuzz::Ending ending = client_->saw_reset() ? fuzz::Ending::reset : fuzz::Ending::closed;
    if (ended_ && !client_->saw_end()) ending = fuzz::Ending::open;
    fuzz::Responses got = fuzz::read_responses(client_->seen(), said_.heard(), ending);
    require(!got.malformed);
    for (std::size_t i = 0; i < got.heard.size(); ++i) {
      const Heard& response = got.heard[i];
      if (!response.complete || !response.relayed || response.start != "200" || response.method == http::Method::head)
        continue;
      require(i < said_.heard().size());
      require(response.content == said_.heard()[i].start + "\n" + said_.heard()[i].content);
    }
  }

  unsigned habits_;
  test::ProxyRig rig_;
  std::unique_ptr<test::Peer> client_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::vector<Place> order_;
  std::string sent_;
  fuzz::RequestReader said_;
  bool ended_ = false;
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Play play(input.octet());
  for (int moves = 0; moves < 64 && !input.empty(); ++moves) play.move(input);
  play.judge();
  return 0;
}
