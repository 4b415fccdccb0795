// ProxyRig: a whole proxy worker without a socket. Clients and servers are Peers at the far ends of memory streams, names are
// in a table, time moves by hand. A test reads as a play: who sends what, who then sees what.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flow/counting_recorder.h"
#include "io/loop.h"
#include "io/memory_stream.h"
#include "io/network.h"
#include "proxy/worker.h"

namespace porthole::test {

// The far end of a connection. Everything it receives is collected unless it stops reading.
class Peer final : private io::ReadyListener {
 public:
  Peer(io::ManualLoop& loop, std::unique_ptr<io::Stream> stream);

  // Queues and writes as the stream takes it, then settles the loop.
  void send(std::string_view text);
  // One byte at a time, settling between them.
  void send_slowly(std::string_view text);
  void finish();  // FIN, behind what is queued
  void reset();   // RST
  void stop_reading() { reading_ = false; }
  void read_on();
  // Reads once, at most so much, while not reading otherwise.
  void read_up_to(std::size_t bytes);

  // What arrived since the last call.
  std::string take();
  const std::string& seen() const { return received_; }
  // Drops what arrived and keeps the memory, for those who count allocations.
  void forget() { received_.clear(); }
  bool saw_end() const { return ended_; }  // FIN or RST
  bool saw_reset() const { return broken_; }
  std::size_t unsent() const { return outgoing_.size(); }

 private:
  void on_readable() override;
  void on_writable() override;
  void on_hangup() override {}
  io::ManualLoop& loop_;
  std::unique_ptr<io::Stream> stream_;
  std::string received_, outgoing_;
  bool reading_ = true, ended_ = false, broken_ = false, finishing_ = false;
};

class FakeNetwork final : public io::Network {
 public:
  explicit FakeNetwork(io::ManualLoop& loop) : loop_(loop) {}
  Result<std::unique_ptr<io::Stream>> connect(const Endpoint& to) override;

  std::map<Endpoint, int> refused;  // address -> errno at once
  std::vector<std::pair<Endpoint, std::unique_ptr<Peer>>> accepted;
  std::size_t stream_capacity = 64 * 1024;

 private:
  io::ManualLoop& loop_;
};

class FakeResolver final : public upstream::Resolver {
 public:
  std::map<std::string, std::vector<IpAddress>, std::less<>> names;
  std::shared_ptr<const upstream::Addresses> cached(std::string_view name) override;
  io::Task<Result<std::shared_ptr<const upstream::Addresses>>> resolve(std::string name, Instant deadline) override;
};

class FakePages final : public control::SelfPage {
 public:
  std::optional<control::Page> page(std::string_view path, std::string_view proxy_address) const override;
  mutable std::string told_address;  // the last time
};

struct ProxyRig {
  explicit ProxyRig(const proxy::Options& options = {}, proxy::SessionMaker make_session = &proxy::make_session,
                    proxy::FilterFactory* filters = nullptr, flow::Sink* sink = nullptr);  // null: `recorder`

  std::unique_ptr<Peer> client();
  // The i-th connection that the proxy has opened; the test fails when there is none.
  Peer& server(std::size_t i = 0);
  std::size_t servers() const { return network.accepted.size(); }
  void advance(Duration step) { loop.advance(step); }

  ManualClock clock;
  SeededRandom random{1};
  io::ManualLoop loop{clock, random};
  FakeNetwork network{loop};
  FakeResolver resolver;
  FakePages pages;
  proxy::Admission admission;
  flow::CountingRecorder recorder;
  std::shared_ptr<proxy::Snapshot> snapshot;
  std::unique_ptr<proxy::Worker> worker;
};

}  // namespace porthole::test
