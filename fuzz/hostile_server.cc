// An honest client, the whole proxy, hostile servers. Whatever the servers do, what the client gets is well-formed, and each
// response that was relayed is, whole or visibly cut, what a server said to that very request: never another's, never more,
// never a cut one that looks whole. Beyond that, as in exchange.cc: every exchange ends once and nothing stays behind.
// Input: up to 64 moves: the client asks, the servers misbehave.
#include <array>

#include "play.h"
#include "support/proxy_rig.h"

namespace fuzz = porthole::fuzz;
namespace test = porthole::test;
using fuzz::Ending;
using fuzz::Heard;
using fuzz::Input;
using fuzz::require;
using porthole::Block;
using porthole::IpAddress;

namespace {

constexpr std::array<std::string_view, 8> kRequests = {
    "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD http://h/b HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST http://h/c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
    "POST http://h/d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "PUT http://h/e HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    "GET http://i/f HTTP/1.1\r\nHost: i\r\n\r\n",
    "DELETE http://h/g HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nConnection: TE\r\n\r\n",
    "GET http://h/h HTTP/1.0\r\n\r\n",
};
constexpr std::array<std::string_view, 26> kPieces = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\nuntil the end",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 500 \n",
    "Content-Length: 5\r\n",
    "Content-Length : 5\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: x, close\r\n",
    "X: a\r\n  folded\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "0\r\nX-T: 1\r\nContent-Length: 9\r\n\r\n",
    "hello",
    "\r\n",
    "\n",
};

// One connection of the proxy's: what it was asked, and what it said.
struct Server {
  explicit Server(test::Peer& its_peer) : peer(its_peer) {}
  test::Peer& peer;
  fuzz::RequestReader asked;
  std::string said;
  Ending ending = Ending::open;
};

class Play {
 public:
  Play() {
    rig_.resolver.names["i"] = {IpAddress::of4(10, 0, 0, 2)};
    client_ = rig_.client();
  }

  void move(Input& input) {
    unsigned what = input.octet();
    unsigned how = input.octet();
    Server* server = servers_.empty() ? nullptr : servers_[(how >> 4U) % servers_.size()].get();
    switch (how % 12) {
      case 0:
      case 1: ask(kRequests[what % kRequests.size()]); break;
      case 2:
      case 3:
      case 4:
      case 5: say(server, kPieces[what % kPieces.size()], false); break;
      case 6: say(server, kPieces[what % kPieces.size()], true); break;
      case 7:
      case 8: say(server, input.text(what), false); break;
      case 9: say(server, std::string(input.filling(what), 'a'), false); break;
      case 10: (what & 1U) != 0 ? rig_.advance(std::chrono::milliseconds(what * what * 4)) : pause(what); break;
      default: end(server, what % 4); break;
    }
    listen();
    require(rig_.loop.blocks().in_use() < 4'000'000);
  }

  void judge() {
    client_->read_on();
    client_->finish();
    listen();
    rig_.advance(std::chrono::hours(16));
    listen();
    require(rig_.worker->metrics().exchanges.value() == 0 && rig_.worker->metrics().tunnels_total.value() == 0);
    require(rig_.worker->metrics().connections.value() == 0);
    require(rig_.recorder.begun.value() == rig_.recorder.ended.value());
    judge_responses();
    rig_.worker.reset();
    require(rig_.loop.blocks().in_use() <= Block::kLarge);
  }

 private:
  void ask(std::string_view request) {
    asked_.read(request);
    client_->send(request);
  }
  static void say(Server* server, std::string_view text, bool slowly) {
    if (!server || server->ending != Ending::open) return;
    server->said += text;
    slowly ? server->peer.send_slowly(text) : server->peer.send(text);
  }
  static void end(Server* server, unsigned how) {
    if (!server || how > 1 || server->ending != Ending::open) return;
    server->ending = how == 0 ? Ending::closed : Ending::reset;
    how == 0 ? server->peer.finish() : server->peer.reset();
  }
  void pause(unsigned what) { (what & 2U) != 0 ? client_->stop_reading() : client_->read_on(); }
  void listen() {
    while (servers_.size() < rig_.servers()) servers_.push_back(std::make_unique<Server>(rig_.server(servers_.size())));
    for (auto& server : servers_) {
      server->asked.read(server->peer.take());
      require(!server->asked.broken());
    }
  }

  // Each relayed response has its like among what servers said to requests for the same thing. Paths differ by request, so
  // a response that went to the wrong one is found unless two ask for the same.
  void judge_responses() {
    fuzz::Responses got =
        fuzz::read_responses(client_->seen(), asked_.heard(), client_->saw_reset() ? Ending::reset : Ending::closed);
    require(!got.malformed);
    std::vector<std::pair<Heard, Heard>> said;  // request, response
    for (auto& server : servers_) {
      fuzz::Responses responses = fuzz::read_responses(server->said, server->asked.heard(), server->ending);
      for (std::size_t i = 0; i < std::min(responses.heard.size(), server->asked.heard().size()); ++i)
        said.emplace_back(server->asked.heard()[i], responses.heard[i]);
    }
    require(got.heard.size() <= asked_.heard().size());
    for (std::size_t i = 0; i < got.heard.size(); ++i) {
      if (!got.heard[i].relayed) continue;
      auto alike = [&](const auto& pair) {
        return pair.first.start == asked_.heard()[i].start && fuzz::arrived(got.heard[i], pair.second);
      };
      auto found = std::find_if(said.begin(), said.end(), alike);
      require(found != said.end());
      said.erase(found);
    }
  }

  test::ProxyRig rig_;
  std::unique_ptr<test::Peer> client_;
  std::vector<std::unique_ptr<Server>> servers_;
  fuzz::RequestReader asked_;
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Play play;
  for (int moves = 0; moves < 64 && !input.empty(); ++moves) play.move(input);
  play.judge();
  return 0;
}
