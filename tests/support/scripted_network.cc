// See scripted_network.h. A stream that is connecting is neither readable nor writable; then it is a memory stream.
#include "support/scripted_network.h"

namespace porthole::test {
namespace {

class ScriptedStream final : public io::Stream {
 public:
  ScriptedStream(io::Loop& loop, const Endpoint& to, ScriptedNetwork::Plan plan, ScriptedNetwork& network)
      : to_(to),
        plan_(plan),
        network_(network),
        timer_(io::Timer::calling<&ScriptedStream::on_time>(loop.timers(), *this)) {
    auto [near, far] = io::make_memory_streams(loop);
    near_ = std::move(near);
    far_ = std::move(far);
    ++network_.open;
    if (!plan_.silent) timer_.arm(loop.now() + plan_.after);
  }
  ~ScriptedStream() override { --network_.open; }

  void set_listener(io::ReadyListener* listener) override {
    listener_ = listener;
    if (stands_) near_->set_listener(listener);
  }
  io::IoCount try_read(std::span<char> room) override { return stands_ ? near_->try_read(room) : io::IoCount{}; }
  bool maybe_readable() const override { return stands_ && near_->maybe_readable(); }
  io::IoCount try_write(std::span<const iovec> pieces) override {
    return stands_ ? near_->try_write(pieces) : io::IoCount{};
  }
  bool maybe_writable() const override { return stands_ ? near_->maybe_writable() : failed_; }
  void shutdown_write() override { near_->shutdown_write(); }
  void abort() override { near_->abort(); }
  Endpoint peer() const override { return to_; }
  Endpoint local() const override { return {}; }
  int connect_errno() override { return failed_ ? plan_.os_errno : 0; }

 private:
  void on_time() {
    failed_ = plan_.os_errno != 0;
    stands_ = !failed_;
    if (stands_) {
      network_.servers.push_back(std::move(far_));
      near_->set_listener(listener_);
    }
    if (listener_) listener_->on_writable();
  }
  Endpoint to_;
  ScriptedNetwork::Plan plan_;
  ScriptedNetwork& network_;
  io::ReadyListener* listener_ = nullptr;
  std::unique_ptr<io::Stream> near_, far_;
  bool stands_ = false, failed_ = false;
  io::Timer timer_;
};

}  // namespace

Result<std::unique_ptr<io::Stream>> ScriptedNetwork::connect(const Endpoint& to) {
  attempts.push_back({to, loop_.now()});
  Plan plan = plans[to.ip];
  if (plan.at_once != 0) return fail(io::stream_error(Side::upstream, plan.at_once));
  return std::make_unique<ScriptedStream>(loop_, to, plan, *this);
}

}  // namespace porthole::test
