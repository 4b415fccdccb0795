// What must always hold, whatever the seed:
//   each exchange ends exactly once; a request reaches its server once (twice when it may be repeated), whole only when its
//   client sent it whole; an answer goes to who asked, with the server's bytes, complete only when the server completed it;
//   who behaves among those who behave is served; nothing waits beyond its deadlines; memory stays inside its budget; and when
//   all is over nothing is left: no stream, no timer, no block, no exchange.
#include <algorithm>

#include <fmt/format.h>

#include "sim/actors.h"
#include "sim/surroundings.h"

namespace porthole::sim {
namespace {

constexpr Duration kEnd = std::chrono::hours(12);
constexpr std::size_t kViolationsMax = 20;
constexpr Duration kGrace = std::chrono::milliseconds(900);  // of a drain, less what a turn may be late

}  // namespace

std::string_view canary_text(Canary canary) {
  constexpr std::string_view kTexts[] = {"none", "lost_byte", "leaked_stream", "reused_too_early",
                                         "forgotten_deadline"};
  return kTexts[static_cast<int>(canary)];
}

World::World(std::uint64_t seed, Canary bug, bool trace_it)
    : kernel(seed), canary(bug), tracing(trace_it), seed_(seed) {
  if (canary == Canary::lost_byte) wires.lose_byte_in = 20;
  if (canary == Canary::leaked_stream) wires.leak_in = 20;
  plan();
  resolver_ = std::make_unique<SimResolver>(*this);
  next_resolver_ = std::make_unique<SimResolver>(*this);
  network_ = std::make_unique<SimNetwork>(*this);
  ByteCount wanted[] = {0, 1000, UINT64_MAX};
  sink_ = std::make_unique<SimSink>(*this, wanted[kernel.below(3)]);
  pages_ = std::make_unique<SimPages>();
  proxy::Worker::Parts parts{.loop = kernel.loop(),
                             .network = *network_,
                             .resolver = *resolver_,
                             .pages = *pages_,
                             .admission = admission_,
                             .sink = sink_.get()};
  if (canary == Canary::reused_too_early) parts.make_client_session = &make_eager_session;
  worker_ = std::make_unique<proxy::Worker>(parts, plan_snapshot());
}

World::~World() {
  worker_.reset();  // first: what it ends is still judged
  kernel.close();
}

namespace {

std::string told(const Record& r) {
  constexpr std::string_view kFramings[] = {"none", "length", "chunked", "until_close"};
  const RequestPlan& q = r.request;
  const ResponsePlan& p = r.response;
  return fmt::format(
      "request: framing {} size {} fault {} at {}{}{}{}; response: {} framing {} size {} fault {} at {}{}{}{}",
      kFramings[static_cast<int>(q.framing)], q.size, static_cast<int>(q.fault), q.fault_at, q.http10 ? " 1.0" : "",
      q.close ? " close" : "", q.expect ? " expect" : "", p.status, kFramings[static_cast<int>(p.framing)], p.size,
      static_cast<int>(p.fault), p.fault_at, p.http10 ? " 1.0" : "", p.close ? " close" : "", p.early ? " early" : "");
}

}  // namespace

Record* World::record(std::uint32_t id) {
  auto found = records.find(id);
  return found == records.end() ? nullptr : &found->second;
}

void World::violate(std::string what) {
  trace("VIOLATION: {}", what);
  if (violations_.size() < kViolationsMax) violations_.push_back(std::move(what));
}

void World::say(const std::string& what) {
  fmt::print("{:12.6f}  {}\n", std::chrono::duration<double>(kernel.now() - Instant(std::chrono::hours(1))).count(),
             what);
}

void World::add_server(std::unique_ptr<Socket> socket, std::size_t origin, std::uint16_t port) {
  servers_.push_back(std::make_unique<ServerActor>(*this, std::move(socket), origin, port));
}

void World::add_client(std::vector<std::uint32_t> ids, bool pipelined) {
  if (draining_since != kNever) {  // the door is closed
    for (std::uint32_t id : ids) records[id].excuse = "came after the drain began";
    return;
  }
  clients_.push_back(std::make_unique<ClientActor>(*this, std::move(ids), pipelined));
}

void World::excuse_unfinished(const char* why) {
  for (auto& [id, record] : records) {
    if (!record.complete && !record.excuse) record.excuse = why;
  }
}

std::vector<std::string> World::run() {
  Instant end = kernel.now() + kEnd;
  for (std::uint64_t turns = 0; violations_.empty() && kernel.turn(end); ++turns) {
    if (turns % 8 == 0) check_now();
    if (turns > 2'000'000) violate("it never comes to rest");
  }
  if (violations_.empty()) check_end();
  return violations_;
}

// While it runs: memory, deadlines.
void World::check_now() {
  std::erase_if(pulses_, [](const auto& pulse) { return pulse->closed; });
  // Each open stream may hold a buffer each way, one read beyond it, and a block pinned by the rest of a head.
  ByteCount budget = (pulses_.size() + 1) * (2 * body_buffer_max_ + 4 * Block::kLarge);
  if (kernel.loop().blocks().in_use() > budget)
    violate(fmt::format("{} bytes of blocks are held with {} streams open", kernel.loop().blocks().in_use(),
                        pulses_.size()));
  for (const auto& pulse : pulses_) {
    if (kernel.now() - pulse->moved > quiet_max_) {
      return violate(fmt::format("a {}'s stream waits for {:.1f} s, beyond every deadline",
                                 pulse->to_client ? "client" : "server",
                                 std::chrono::duration<double>(kernel.now() - pulse->moved).count()));
    }
  }
  if (draining_since != kNever && !drain_done_ && kernel.now() > draining_since + drain_max_ + std::chrono::seconds(3))
    violate("a drain that does not end");
}

void World::check_end() {
  const proxy::Metrics& metrics = worker_->metrics();
  if (wires.open != 0) violate(fmt::format("{} streams are open at the end", wires.open));
  if (metrics.exchanges.value() != 0) violate(fmt::format("{} exchanges at the end", metrics.exchanges.value()));
  if (metrics.connections.value() != 0) violate(fmt::format("{} connections at the end", metrics.connections.value()));
  if (admission_.connections() != 0)
    violate(fmt::format("{} connections are counted at the end", admission_.connections()));
  if (metrics.tunnels.value() != 0) violate(fmt::format("{} tunnels at the end", metrics.tunnels.value()));
  if (worker_->pool_counters().lent.value() != 0) violate("a connection is lent at the end");
  if (sink_->begun.value() != sink_->ended.value()) violate("a flow did not end");
  if (draining_since != kNever && !drain_done_) violate("the drain did not end");
  if (kernel.loop().timers().next_wakeup() != kNever) violate("a timer is armed at the end");
  worker_.reset();
  kernel.loop().empty_graveyard();
  if (kernel.loop().blocks().in_use() > Block::kLarge)
    violate(fmt::format("{} bytes of blocks are left", kernel.loop().blocks().in_use()));
  for (const auto& [id, record] : records) judge(record);
}

void World::judge(const Record& r) {
  std::uint32_t id = r.request.id;
  if (r.flows > 1) violate(fmt::format("request {} is {} flows", id, r.flows));
  if (r.answers > 1) violate(fmt::format("request {} got {} answers", id, r.answers));
  if (r.by_server && r.answers > 0 && r.connections == 0)
    violate(fmt::format("request {} was answered by a server that never saw it", id));
  if (r.request.kind == Kind::message && r.by_server && r.complete) {
    bool bare = r.request.method == "HEAD" || r.response.status == 204 || r.response.status == 304;
    if (r.status != r.response.status)
      violate(fmt::format("request {} got status {} instead of {}", id, r.status, r.response.status));
    if (!bare && r.received != r.response.size && r.status == r.response.status)
      violate(fmt::format("the response to {} was complete after {} of {} bytes", id, r.received, r.response.size));
    if (!r.response_whole && !bare)
      violate(fmt::format("the response to {} was complete before the server had sent it\n  {}", id, told(r)));
    if (r.flows == 1 && (r.ended != flow::End::complete || r.said_status != r.status))
      violate(fmt::format("request {} was complete, its flow says {} {}", id, flow::end_text(r.ended), r.said_status));
    if (r.recorded_out != r.received)
      violate(fmt::format("request {}: {} bytes came, {} were recorded", id, r.received, r.recorded_out));
  }
  if (!r.clean || !r.begun || r.excuse) return;
  if (crowded_ && !r.by_server && (r.status == 429 || r.status == 0)) return;

  if (draining_since != kNever && (!r.sent_whole || r.sent_at > draining_since + kGrace)) return;
  if (limits_tight_ && !r.by_server && r.proxy_error.find("connection_limit_reached") != std::string::npos) return;
  if (r.request.kind == Kind::tunnel || (r.request.kind == Kind::upgrade && r.response.status == 101)) {
    if (draining_since != kNever && !(r.up_ended && r.down_ended)) return;  // a tunnel ends with the drain
    if (r.up != r.request.size || r.down != r.response.size || !r.up_ended)
      violate(fmt::format("tunnel {} carried {} of {} up and {} of {} down", id, r.up, r.request.size, r.down,
                          r.response.size));
    return;
  }
  if (!r.by_server || !r.complete)
    violate(fmt::format("{} {} should have succeeded: status {}, {} of {} bytes, sent whole {}, seen {}, {}\n  {}",
                        r.request.method, id, r.status, r.received, r.response.size, r.sent_whole, r.sightings,
                        r.proxy_error, told(r)));
}

}  // namespace porthole::sim
