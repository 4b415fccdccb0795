// Replayer: sends one worker's share of the requests that the program makes by itself. Each is a client connection in memory,
// handed to the worker like an accepted one, so nothing that a client meets is passed by; its other end is here, writes the
// request, and drops what comes back: the recorder has it. One begins at a time, which is how a flow that begins is known for
// ours; that takes no longer than the loop needs to read a head. All in the worker's thread; who asks comes here through orders
// (replay_order.h).
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "flow/own_flows.h"
#include "io/loop.h"
#include "proxy/admission.h"
#include "proxy/replay_order.h"

namespace porthole::proxy {

class Worker;

class Replayer final : public flow::OwnFlows, private io::Runnable {
 public:
  static constexpr std::size_t kAtOnce = 16;  // of each worker, those that wait included; further ones are refused
  // An answer that has not ended by then is cut: nobody reads a stream of events that goes on for ever.
  static constexpr Duration kLongest = std::chrono::minutes(10);

  // Both outlive it, and it outlives the worker.
  Replayer(io::Loop& loop, const Admission& admission);
  ~Replayer();

  // Before anything else.
  void attach(Worker& worker) { worker_ = &worker; }
  // The limit that listeners heed; 0: none. No connection is made here that would not have been accepted.
  void set_connections_max(std::uint32_t most) { connections_max_ = most; }
  // Where clients reach the proxy: what its own pages name.
  void set_reached_at(const Endpoint& at) {
    reached_at_ = {.ip = at.ip.unspecified() ? IpAddress::of4(127, 0, 0, 1) : at.ip, .port = at.port};
  }

  void take(ReplayOrder order);
  // No new ones; what has begun goes on, and the worker's drain waits for it as for any client.
  void drain();
  std::size_t under_way() const { return waiting_.size() + sending_.size(); }

  std::optional<flow::FlowId> on_begun(flow::FlowId flow) override;
  void on_ended(flow::FlowId flow) override;

 private:
  class Sending;
  void run() override;
  const char* refusal() const;
  void begin_next();

  io::Loop& loop_;
  const Admission& admission_;
  Worker* worker_ = nullptr;
  std::uint32_t connections_max_ = 0;
  Endpoint reached_at_;
  bool draining_ = false;
  std::deque<ReplayOrder> waiting_;
  std::vector<std::unique_ptr<Sending>> sending_;
  Sending* beginning_ = nullptr;  // of sending_: its flow has not begun
};

}  // namespace porthole::proxy
