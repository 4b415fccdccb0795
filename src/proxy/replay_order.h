// ReplayOrder: one request on its way from who asked (a Ticket) to the worker that sends it. The two sides live in different
// threads and share one small state, which the worker's side writes once. Who lets an order fall has answered it: it is ending.
#pragma once

#include <memory>
#include <string>

#include "control/replay.h"

namespace porthole::proxy {

class ReplayOrder {
 public:
  struct State;
  struct Placed;
  // `bytes`: of compose_replay(). Move-only.
  static Placed place(flow::FlowId of, std::string bytes);
  ReplayOrder(ReplayOrder&&) noexcept = default;
  ReplayOrder& operator=(ReplayOrder&& other) noexcept;
  ~ReplayOrder();

  // The worker's side; begun() or failed(), once.
  bool taken_back() const;
  void begun(flow::FlowId flow);
  void failed(const Error& error);
  flow::FlowId of() const { return of_; }
  std::string take_bytes() { return std::move(bytes_); }

 private:
  ReplayOrder(std::shared_ptr<State> state, flow::FlowId of, std::string bytes);
  std::shared_ptr<State> state_;
  flow::FlowId of_;
  std::string bytes_;
};

struct ReplayOrder::Placed {
  ReplayOrder order;
  std::unique_ptr<control::Replay::Ticket> ticket;
};

// Our word when a request is not sent: 503.
constexpr Error not_sent(const char* detail) {
  return {.token = Token::connection_limit_reached, .side = Side::us, .status = 503, .detail = detail};
}

}  // namespace porthole::proxy
