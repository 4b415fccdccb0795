// See replay.h. A Sending only notes that it is over; run() destroys it, from the loop's queue, so none dies inside a callback
// of its own stream or inside the exchange that ended.
#include "proxy/replay.h"

#include <algorithm>
#include <utility>

#include "io/memory_stream.h"
#include "proxy/worker.h"

namespace porthole::proxy {

class Replayer::Sending final : private io::ReadyListener {
 public:
  Sending(Replayer& replayer, ReplayOrder order, std::unique_ptr<io::Stream> stream)
      : replayer_(replayer),
        order_(std::move(order)),
        bytes_(order_.take_bytes()),
        limit_(io::Timer::calling<&Sending::on_limit>(replayer.loop_.timers(), *this)),
        stream_(std::move(stream)) {
    limit_.arm(replayer_.loop_.now() + kLongest);
    stream_->set_listener(this);
  }

  flow::FlowId flow() const { return flow_; }
  bool over() const { return over_; }
  flow::FlowId begun(flow::FlowId flow) {
    flow_ = flow;
    order_.begun(flow);
    return order_.of();
  }
  void finish() {
    over_ = true;
    replayer_.loop_.run_soon(replayer_);
  }

 private:
  void on_writable() override {
    while (!over_ && written_ < bytes_.size()) {
      iovec piece{.iov_base = bytes_.data() + written_, .iov_len = bytes_.size() - written_};
      io::IoCount moved = stream_->try_write({&piece, 1});
      if (moved.state == io::IoCount::State::blocked) return;
      if (moved.state != io::IoCount::State::moved) return gone();
      written_ += moved.bytes;
    }
    if (over_ || bytes_.empty()) return;
    std::string().swap(bytes_);  // its memory, too
    written_ = 0;
  }
  void on_readable() override {
    while (!over_) {
      io::IoCount moved = stream_->try_read(replayer_.loop_.read_room());
      if (moved.state == io::IoCount::State::blocked) return;
      if (moved.state != io::IoCount::State::moved) return gone();
    }
  }
  void on_hangup() override { gone(); }
  void on_limit() {
    stream_->abort();
    gone();
  }
  // The proxy has closed. That is how a flow may end, and how a connection is refused for which there is no answer left.
  void gone() {
    order_.failed(not_sent("this address holds as many connections as it may"));
    finish();
  }

  Replayer& replayer_;
  ReplayOrder order_;
  std::string bytes_;  // not yet all written
  std::size_t written_ = 0;
  flow::FlowId flow_;
  bool over_ = false;
  io::Timer limit_;
  std::unique_ptr<io::Stream> stream_;  // last: its callbacks end first
};

Replayer::Replayer(io::Loop& loop, const Admission& admission) : loop_(loop), admission_(admission) {}
Replayer::~Replayer() = default;

const char* Replayer::refusal() const {
  if (draining_) return "the proxy is draining";
  if (admission_.full(connections_max_)) return "the proxy holds as many connections as it may";
  if (under_way() >= kAtOnce) return "as many requests are being sent as may be at once";
  return nullptr;
}

void Replayer::take(ReplayOrder order) {
  if (const char* why = refusal()) return order.failed(not_sent(why));
  waiting_.push_back(std::move(order));
  loop_.run_soon(*this);
}

void Replayer::drain() {
  draining_ = true;
  for (ReplayOrder& order : waiting_) order.failed(not_sent("the proxy is draining"));
  waiting_.clear();
}

void Replayer::run() {
  std::erase_if(sending_, [this](const auto& one) {
    if (one->over() && one.get() == beginning_) beginning_ = nullptr;
    return one->over();
  });
  while (!beginning_ && !waiting_.empty()) begin_next();
}

void Replayer::begin_next() {
  ReplayOrder order = std::move(waiting_.front());
  waiting_.pop_front();
  if (order.taken_back()) return;
  Endpoint us{.ip = IpAddress::of4(127, 0, 0, 1), .port = 0};
  auto [near, far] = io::make_memory_streams(loop_, {.first = us, .second = reached_at_});
  sending_.push_back(std::make_unique<Sending>(*this, std::move(order), std::move(near)));
  beginning_ = sending_.back().get();
  worker_->serve(std::move(far));
}

std::optional<flow::FlowId> Replayer::on_begun(flow::FlowId flow) {
  if (!beginning_) return std::nullopt;
  loop_.run_soon(*this);  // the next one
  return std::exchange(beginning_, nullptr)->begun(flow);
}

void Replayer::on_ended(flow::FlowId flow) {
  auto found = std::ranges::find_if(sending_, [&](const auto& one) { return one->flow().value == flow.value; });
  if (found != sending_.end()) (*found)->finish();
}

}  // namespace porthole::proxy
