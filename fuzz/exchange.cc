// The whole proxy between a hostile client and hostile servers: a play of up to 64 moves chosen by the input, on memory
// streams with time moved by hand. Whatever they do, every exchange ends exactly once, nothing stays behind, and memory
// stays inside its budget. Well-formed pieces are in a table, so that the play gets past the first parser.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "support/proxy_rig.h"

namespace porthole {
namespace {

constexpr std::array<std::string_view, 16> kClientPieces = {
    "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD http://h/x HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
    "POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PUT http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\nExpect: 100-continue\r\n\r\n",
    "GET http://h/ HTTP/1.0\r\n\r\n",
    "GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: porthole.internal\r\n\r\n",
    "TRACE http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "0\r\nX-T: 1\r\n\r\n",
    "hello",
    "\r\n",
};
constexpr std::array<std::string_view, 16> kServerPieces = {
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
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "hello",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
};

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  unsigned octet() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::string_view text(std::size_t wanted) {
    std::size_t n = std::min(wanted, size_);
    std::string_view taken(reinterpret_cast<const char*>(data_), n);
    data_ += n;
    size_ -= n;
    return taken;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void move(test::ProxyRig& rig, test::Peer& client, Input& input) {
  unsigned what = input.octet();
  test::Peer* server = rig.servers() == 0 ? nullptr : &rig.server(what % rig.servers());
  switch (input.octet() % 12) {
    case 0:
    case 1: client.send(kClientPieces[what % kClientPieces.size()]); break;
    case 2: client.send_slowly(kClientPieces[what % kClientPieces.size()]); break;
    case 3: client.send(input.text(what)); break;
    case 4: client.finish(); break;
    case 5: (what & 1U) != 0 ? client.reset() : client.stop_reading(); break;
    case 6: rig.advance(std::chrono::milliseconds(what * what * 4)); break;
    case 7:
    case 8:
      if (server) server->send(kServerPieces[input.octet() % kServerPieces.size()]);
      break;
    case 9:
      if (server) server->send(input.text(what));
      break;
    case 10:
      if (server) (what & 1U) != 0 ? server->finish() : server->reset();
      break;
    default:
      client.read_on();
      if (server) server->read_on();
      break;
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  test::ProxyRig rig;
  auto client = rig.client();
  for (int moves = 0; moves < 64 && !input.empty(); ++moves) {
    move(rig, *client, input);
    require(rig.loop.blocks().in_use() < 4'000'000);
  }
  client->finish();
  rig.advance(std::chrono::hours(8));  // every wait has a deadline, and 64 pipelined requests may each wait for theirs
  require(rig.worker->metrics().exchanges.value() == 0);
  require(rig.worker->metrics().tunnels.value() == 0);
  require(rig.worker->metrics().connections.value() == 0);
  require(rig.recorder.begun.value() == rig.recorder.ended.value());
  rig.worker.reset();
  require(rig.loop.blocks().in_use() <= Block::kLarge);  // the loop's own scratch block
  return 0;
}

}  // namespace porthole
