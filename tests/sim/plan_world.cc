// The dice: how a World is made of its seed. A third of the worlds is calm (everything must succeed), most are mixed (some
// clients and servers misbehave, the others must not notice), the rest are storms.
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "sim/actors.h"
#include "sim/surroundings.h"

namespace porthole::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Duration kDrainMin = seconds(3);  // the shortest drain of plan_snapshot()

template <class T>
T any_of(Kernel& kernel, std::initializer_list<T> choices) {
  return choices.begin()[kernel.below(choices.size())];
}

}  // namespace

std::uint64_t World::plan_size() {
  switch (kernel.below(12)) {
    case 0: return 0;
    case 1: return kernel.between(1, 3);
    case 2: return kernel.between(4000, 70'000);
    case 3: return any_of<std::uint64_t>(kernel, {65'535, 65'536, 65'537, 262'143, 262'144, 262'145});
    case 4: return kernel.one_in(4) ? kernel.between(300'000, 900'000) : kernel.between(10'000, 20'000);
    default: return kernel.between(10, 3000);
  }
}

std::shared_ptr<proxy::Snapshot> World::plan_snapshot() {
  auto snapshot = std::make_shared<proxy::Snapshot>();
  proxy::Options& options = snapshot->options;
  proxy::Timeouts& t = options.timeouts;
  auto time = [&](int most) { return seconds(kernel.between(3, static_cast<std::uint64_t>(most))); };
  t = {.head = time(10),
       .idle_client = time(60),
       .response_head = time(60),
       .body = time(60),
       .response_body = time(300),
       .idle_tunnel = time(600),
       .half_closed = time(60),
       .drain = time(30)};
  options.body_buffer = any_of<ByteCount>(kernel, {4 * 1024, 16 * 1024, 256 * 1024});
  options.buffers_max = any_of<ByteCount>(kernel, {UINT64_MAX, UINT64_MAX, 100 * 1024});
  options.limits.interim_responses = 4;
  snapshot->access = rules::Access({.clients = {*IpNetwork::parse("0.0.0.0/0")}});
  snapshot->rules = std::make_shared<rules::EmptyRuleSet>();
  snapshot->addresses = std::make_shared<upstream::AddressPolicy>(upstream::AddressOptions{}, std::vector<Endpoint>{},
                                                                  std::vector<IpAddress>{});
  if (limits_tight_) {
    snapshot->pool.per_origin = static_cast<std::uint32_t>(kernel.between(1, 3));
    snapshot->pool.queue = static_cast<std::uint32_t>(kernel.one_in(2) ? kernel.between(1, 4) : 1000);
    snapshot->pool.idle_max = static_cast<std::uint32_t>(kernel.between(0, 4));
  }
  if (crowded_) options.per_client_max = static_cast<std::uint32_t>(kernel.between(1, 2));
  snapshot->pool.idle_timeout = time(60);
  snapshot->dial.attempt_delay = milliseconds(kernel.between(50, 250));

  // The longest that anything of the program may wait without a byte moving: a turn in the queue, twice names and dialling,
  // the answer, a write; or one of the quiet times.
  Duration longest =
      std::max({t.idle_client, t.response_body, t.idle_tunnel, t.half_closed, snapshot->pool.idle_timeout});
  Duration waits = 2 * t.response_head + t.body + 2 * (SimResolver::kTimeout + snapshot->dial.connect_timeout) + t.head;
  quiet_max_ = std::max(quiet_max_, longest + waits + seconds(5));
  body_buffer_max_ = std::max(body_buffer_max_, options.body_buffer);
  drain_max_ = std::max(drain_max_, t.drain);
  return snapshot;
}

void World::plan_origins(bool calm, bool storm) {
  std::size_t count = kernel.between(1, 4);
  for (std::size_t i = 0; i < count; ++i) {
    Origin origin{.name = fmt::format("o{}.test", i), .clean = calm || (!storm && kernel.one_in(2))};
    origin.lookup = kernel.up_to(milliseconds(300));
    origin.partial = kernel.one_in(4);
    std::size_t addresses = kernel.between(1, 3);
    for (std::size_t a = 0; a < addresses; ++a) {
      auto low = static_cast<std::uint8_t>(a + 1);
      IpAddress ip = kernel.one_in(3) ? *IpAddress::parse(fmt::format("fd00:{}::{}", i, a + 1))
                                      : IpAddress::of4(10, 0, static_cast<std::uint8_t>(i), low);
      origin.addresses.push_back(ip);
      origin.dialling[ip] = kernel.one_in(3) ? any_of<int>(kernel, {ECONNREFUSED, -1, ENETUNREACH}) : 0;
    }
    if (origin.clean || kernel.one_in(2)) origin.dialling[origin.addresses[kernel.below(addresses)]] = 0;
    if (!origin.clean && kernel.one_in(8)) origin.lookup_failure = static_cast<int>(kernel.between(1, 2));
    origins.push_back(std::move(origin));
  }
}

RequestPlan World::plan_request(std::uint32_t id, bool clean) {
  RequestPlan plan{.id = id};
  // Who behaves goes where nobody misbehaves, and the other way round, or one would wait for the other in the queue.
  std::vector<std::size_t> choices;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins[i].clean == clean || (!clean && !limits_tight_)) choices.push_back(i);
  }
  plan.origin = choices.empty() ? kernel.below(origins.size()) : choices[kernel.below(choices.size())];
  plan.kind = kernel.one_in(8) ? Kind::tunnel : kernel.one_in(12) ? Kind::upgrade : Kind::message;
  plan.size = plan_size();
  if (plan.kind != Kind::message) {
    if (plan.kind == Kind::tunnel) plan.method = "CONNECT";
  } else {
    plan.method =
        any_of<const char*>(kernel, {"GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"});
    plan.http10 = kernel.one_in(8);
    plan.close = kernel.one_in(8);
    bool content = plan.method == "POST" || plan.method == "PUT" || plan.method == "PATCH" || kernel.one_in(12);
    if (content) plan.framing = !plan.http10 && kernel.one_in(2) ? Framing::chunked : Framing::length;
    else plan.size = 0;
    plan.trailers = plan.framing == Framing::chunked && kernel.one_in(3);
    plan.expect = content && !plan.http10 && plan.size > 0 && kernel.one_in(4);
  }
  if (!clean && kernel.one_in(2)) {
    plan.fault = static_cast<ClientFault>(kernel.below(static_cast<std::uint64_t>(ClientFault::count_)));
    plan.fault_at = plan.size > 0 ? kernel.below(plan.size) : 0;
    if (plan.fault >= ClientFault::stop_reading) plan.fault_at = kernel.below(2000);
  } else if (clean && kernel.one_in(6)) {
    plan.fault = any_of<ClientFault>(kernel, {ClientFault::finish_waiting, ClientFault::slow_reading});
  }
  if (plan.kind != Kind::message && plan.fault == ClientFault::finish_waiting) plan.fault = ClientFault::none;
  return plan;
}

ResponsePlan World::plan_response(const RequestPlan& request, bool clean) {
  ResponsePlan plan{.size = plan_size()};
  plan.delay = kernel.one_in(3) ? kernel.up_to(milliseconds(400)) : Duration(0);
  plan.http10 = kernel.one_in(10);
  plan.close = kernel.one_in(8);
  plan.status = any_of<int>(kernel, {200, 200, 200, 206, 204, 304, 404, 500, 302});
  if (request.kind == Kind::upgrade) plan.status = kernel.one_in(3) ? 200 : 101;
  plan.framing =
      plan.http10 ? any_of<Framing>(kernel, {Framing::length, Framing::until_close})
                  : any_of<Framing>(kernel, {Framing::length, Framing::length, Framing::chunked, Framing::until_close});
  plan.trailers = plan.framing == Framing::chunked && kernel.one_in(3);
  if (plan.status == 204 || plan.status == 304) {
    plan.framing = Framing::none;
    plan.size = 0;
  }
  if (plan.status == 101) plan.http10 = plan.close = false;
  if (kernel.one_in(6)) plan.interims = {103};
  if (kernel.one_in(20)) plan.interims = {103, 102, 103};
  plan.early = request.kind == Kind::message && request.framing != Framing::none && kernel.one_in(8);
  // A server misbehaves where everybody may expect it: what it leaves behind on a kept connection meets the next request.
  if (!clean && !origins[request.origin].clean && kernel.one_in(2)) {
    plan.fault = static_cast<ServerFault>(kernel.below(static_cast<std::uint64_t>(ServerFault::count_)));
    plan.fault_at = plan.size > 0 ? kernel.below(plan.size) : 0;
    if (plan.fault == ServerFault::interim_flood) plan.interims.assign(kernel.between(5, 60), 103);
    if (plan.fault == ServerFault::bad_chunk || plan.fault == ServerFault::both_framings) {
      plan.framing = Framing::chunked;
      plan.status = 200;
      plan.http10 = false;
    }
    // An orderly close ends such content: more bytes, or fewer, are no fault of it.
    bool ends_otherwise = plan.fault == ServerFault::extra_bytes || plan.fault == ServerFault::close_content;
    if (ends_otherwise && plan.framing == Framing::until_close) plan.framing = Framing::length;
  }
  return plan;
}

void World::plan_clients(bool calm, bool storm) {
  std::uint32_t id = 1;
  bool clean_origin = std::ranges::any_of(origins, [](const Origin& origin) { return origin.clean; });
  for (std::uint64_t left = kernel.between(1, 6); left > 0; --left) {
    bool clean = calm || (clean_origin && !storm && kernel.one_in(2));
    bool pipelined = kernel.one_in(4);
    std::vector<std::uint32_t> ids;
    for (std::uint64_t more = kernel.between(1, 5); more > 0; --more) {
      Record record;
      record.clean = clean;
      record.request = plan_request(id, clean);
      if (pipelined && record.request.kind != Kind::message)
        record.request = {.id = id, .origin = record.request.origin};
      record.response = plan_response(record.request, clean);
      bool last = record.request.kind != Kind::message || record.request.http10 || record.request.close ||
                  record.request.fault == ClientFault::finish_waiting;
      records[id] = std::move(record);
      ids.push_back(id++);
      if (last) break;
    }
    kernel.later(kernel.up_to(seconds(2)), [this, ids = std::move(ids), pipelined] { add_client(ids, pipelined); });
  }
}

// Whoever runs the proxy: reloads, drains, stops, sets the clock.
void World::plan_operator(bool storm) {
  for (std::uint64_t left = kernel.below(3); left > 0; --left) {
    kernel.later(kernel.up_to(seconds(3)), [this] {
      trace("reload");
      worker_->set_snapshot(plan_snapshot());
      if (kernel.one_in(2)) worker_->set_resolver(kernel.one_in(2) ? *next_resolver_ : *resolver_);
    });
  }
  if (kernel.one_in(6))
    kernel.later(kernel.up_to(seconds(3)),
                 [this] { kernel.jump_wall(seconds(100'000) - kernel.up_to(seconds(200'000))); });
  if (kernel.one_in(5)) {
    kernel.later(kernel.up_to(seconds(4)), [this] {
      trace("drain");
      draining_since = kernel.now();
      worker_->drain([this] {
        trace("drained");
        drain_done_ = true;
        if (kernel.now() - draining_since >= kDrainMin) excuse_unfinished("cut by the drain");
      });
    });
  }
  if (kernel.one_in(storm ? 4 : 12)) {
    kernel.later(kernel.up_to(seconds(3)), [this] {
      trace("stop");
      excuse_unfinished("stopped");
      worker_->stop();
    });
  }
}

void World::plan() {
  bool calm = kernel.one_in(3);
  bool storm = !calm && kernel.one_in(5);
  limits_tight_ = kernel.one_in(3);
  crowded_ = kernel.one_in(10);
  wires.capacity = any_of<std::size_t>(kernel, {2'000, 16 * 1024, 64 * 1024, 256 * 1024});
  wires.latency = any_of<Duration>(kernel, {std::chrono::microseconds(1), milliseconds(1), milliseconds(20)});
  wires.piecemeal = kernel.one_in(10);
  if (storm && kernel.one_in(2)) descriptors = kernel.between(2, 10);
  plan_origins(calm, storm);
  plan_clients(calm, storm);
  plan_operator(storm);
}

}  // namespace porthole::sim
