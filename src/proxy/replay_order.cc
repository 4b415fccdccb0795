// See replay_order.h.
#include "proxy/replay_order.h"

#include <atomic>
#include <utility>

namespace porthole::proxy {

struct ReplayOrder::State {
  enum class Came : std::uint8_t { nothing, begun, failed };
  std::atomic<bool> taken_back = false;
  std::atomic<Came> came = Came::nothing;  // released behind the two below, which are written before it alone
  flow::FlowId flow;
  Error error;
};

namespace {

class StateTicket final : public control::Replay::Ticket {
 public:
  explicit StateTicket(std::shared_ptr<ReplayOrder::State> state) : state_(std::move(state)) {}
  ~StateTicket() override { state_->taken_back.store(true, std::memory_order_relaxed); }
  std::optional<Result<flow::FlowId>> look() const override {
    using Came = ReplayOrder::State::Came;
    switch (state_->came.load(std::memory_order_acquire)) {
      case Came::nothing: return std::nullopt;
      case Came::begun: return state_->flow;
      case Came::failed: return fail(state_->error);
    }
    return std::nullopt;
  }

 private:
  std::shared_ptr<ReplayOrder::State> state_;
};

}  // namespace

ReplayOrder::Placed ReplayOrder::place(flow::FlowId of, std::string bytes) {
  auto state = std::make_shared<State>();
  auto ticket = std::make_unique<StateTicket>(state);
  return {ReplayOrder(std::move(state), of, std::move(bytes)), std::move(ticket)};
}

ReplayOrder::ReplayOrder(std::shared_ptr<State> state, flow::FlowId of, std::string bytes)
    : state_(std::move(state)), of_(of), bytes_(std::move(bytes)) {}

// What was here is let fall by the other's destructor.
ReplayOrder& ReplayOrder::operator=(ReplayOrder&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(of_, other.of_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

ReplayOrder::~ReplayOrder() {
  if (state_) failed(not_sent("the proxy is ending"));
}

bool ReplayOrder::taken_back() const { return state_->taken_back.load(std::memory_order_relaxed); }

void ReplayOrder::begun(flow::FlowId flow) {
  if (state_->came.load(std::memory_order_relaxed) != State::Came::nothing) return;
  state_->flow = flow;
  state_->came.store(State::Came::begun, std::memory_order_release);
}

void ReplayOrder::failed(const Error& error) {
  if (state_->came.load(std::memory_order_relaxed) != State::Came::nothing) return;
  state_->error = error;
  state_->came.store(State::Came::failed, std::memory_order_release);
}

}  // namespace porthole::proxy
