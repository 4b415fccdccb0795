// See worker.h. Draining: listeners close at once; an idle client gets a moment in which one more request is still answered,
// with `Connection: close`, because a request may already be on its way when we decide to close (RFC 9112 §9.6).
#include "proxy/worker.h"

#include <algorithm>
#include <vector>

#include "proxy/client.h"
#include "proxy/relay.h"
#include "proxy/tunnel.h"

namespace porthole::proxy {
namespace {

constexpr Duration kDrainGrace = std::chrono::seconds(1);  // for requests already on their way
constexpr Duration kHousekeeping = std::chrono::milliseconds(100);
constexpr std::uint32_t kOverLimitMax = 64;  // clients beyond their limit that are told so at the same time
constexpr Duration kIdleBeforeTrim = std::chrono::seconds(1);
constexpr Duration kRoomTick = std::chrono::milliseconds(50);
constexpr Duration kWaitedEnough = std::chrono::milliseconds(250);  // a client that came now may be about to ask
// At a tick: at least so many, or a quarter. A flood of n silent connections then delays others by about n / limit * 250 ms:
// with 1,000 descriptors 3,000 of them by 1.7 s (5.3 s with a second's patience and a sixteenth).
constexpr std::size_t kClearedMin = 16;
constexpr std::size_t kClearedShare = 4;
constexpr std::size_t kIdleClosed = 64;  // connections to servers, when there is no descriptor for a client

}  // namespace

struct Worker::Impl final : ClientKeeper, TunnelKeeper, io::AcceptHandler {
  Impl(Parts parts, std::shared_ptr<const Snapshot> snapshot)
      : loop(parts.loop),
        admission(parts.admission),
        pipes(snapshot->options.pipes_max),
        dialer(parts.loop, parts.network, parts.resolver),
        pool({parts.loop, dialer, heads, parts.make_client_session}, snapshot->pool, snapshot->dial,
             connection_options(*snapshot), snapshot->options.limits),
        services(loop, pool, heads, scratches, pipes, parts.pages, metrics, *this, parts.sink, parts.access_log,
                 snapshot),
        tick(io::Timer::calling<&Impl::on_tick>(loop.timers(), *this)),
        room_tick(io::Timer::calling<&Impl::on_room_tick>(loop.timers(), *this)),
        idle_tick(io::Timer::calling<&Impl::on_idle_tick>(loop.timers(), *this)) {
    // Flow ids: unique over the program's runs and workers, and rising: start second, worker, count.
    auto second = std::chrono::duration_cast<std::chrono::seconds>(loop.clock().wall().time_since_epoch()).count();
    services.last_flow = (static_cast<std::uint64_t>(second) & 0xffffffff) << 32 |
                         (static_cast<std::uint64_t>(parts.index) & 0xff) << 24;
    loop.blocks().set_budget(services.snapshot->options.buffers_max);
    services.filters = parts.filters;
    services.make_session = parts.make_session;
    keep_house();
  }

  ~Impl() {
    stop();
    pool.close_idle();
    loop.empty_graveyard();
  }

  static upstream::ConnectionOptions connection_options(const Snapshot& snapshot) {
    return {.body_buffer = snapshot.options.body_buffer,
            .write_timeout = snapshot.options.timeouts.body,
            .rate_min = snapshot.options.rate_min};
  }

  // io::AcceptHandler of one listening socket: knows where a client arrived.
  struct Door final : io::AcceptHandler {
    Door(Impl& i, const Endpoint& a) : impl(i), at(a) {}
    void on_accept(std::unique_ptr<io::Stream> stream) override { impl.admit(std::move(stream), at); }
    void on_accept_paused(int os_errno) override { impl.on_accept_paused(os_errno); }
    bool has_room() override { return impl.has_room(); }
    Impl& impl;
    Endpoint at;
    std::unique_ptr<io::Listener> listener;
  };

  void on_accept(std::unique_ptr<io::Stream> stream) override { admit(std::move(stream), {}); }
  void on_accept_paused(int) override {
    metrics.accept_pauses.add();
    clear_waiting();
    pool.close_idle(kIdleClosed);
  }

  void admit(std::unique_ptr<io::Stream> stream, const Endpoint& at) {
    ClientFacts facts{.client = stream->peer(), .listener = at, .guarded = at.port != 0 && !at.ip.loopback()};
    Admission::Entry entry = admission.enter(facts.client.ip, services.snapshot->options.per_client_max);
    facts.over_limit = entry.over;
    if (entry.over) {
      metrics.connections_over_limit.add();
      if (over_limit_count >= kOverLimitMax) {
        metrics.connections_refused.add();
        return;  // closing is the answer
      }
      ++over_limit_count;
    }
    metrics.connections_accepted.add();
    clients.push_back(*new Client(services, *this, std::move(stream), facts, std::move(entry.place)));
  }

  void on_client_over(Client& client) override {
    if (client.facts().over_limit) --over_limit_count;
    static_cast<Link&>(client).unlink();
    loop.bury(std::unique_ptr<io::Buried>(&client));
    look_for_room();
    look_whether_done();
  }

  // --- the limit of connections: accepting pauses, who has waited longest makes room, and the tick looks again, because
  // the place that becomes free may be another worker's.

  bool has_room() override {
    if (!admission.full(services.snapshot->options.connections_max)) return true;
    if (std::exchange(full, true)) return false;
    metrics.accept_pauses.add();
    for (auto& door : doors) door->listener->pause();
    clear_waiting();
    room_tick.arm(loop.now() + kRoomTick);
    return false;
  }

  void look_for_room() {
    if (!full || admission.full(services.snapshot->options.connections_max)) return;
    full = false;
    room_tick.disarm();
    for (auto& door : doors) door->listener->resume();
  }

  void on_room_tick() {
    look_for_room();
    if (!full) return;
    clear_waiting();
    room_tick.arm(loop.now() + kRoomTick);
  }

  // Closes some of the clients that have no request under way, those that have waited longest: without this whoever opens
  // connections and says nothing keeps everybody else out for Timeouts::idle_client.
  void clear_waiting() {
    Instant before = loop.now() - kWaitedEnough;
    std::vector<Client*> waiting;
    for (Client* client = first(clients); client; client = clients.after(*client)) {
      if (client->waiting_since() <= before) waiting.push_back(client);
    }
    auto few = std::min<std::size_t>(waiting.size(), std::max<std::size_t>(kClearedMin, clients_max() / kClearedShare));
    auto longer = [](const Client* a, const Client* b) { return a->waiting_since() < b->waiting_since(); };
    std::nth_element(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(few), waiting.end(), longer);
    for (std::size_t i = 0; i < few; ++i) waiting[i]->make_room();
    metrics.connections_cleared.add(few);
  }
  std::size_t clients_max() const { return services.snapshot->options.connections_max; }

  void keep(std::unique_ptr<Tunnel> tunnel) override {
    Tunnel& kept = *tunnel.release();
    tunnels.push_back(kept);
    kept.start();
  }
  void done(Tunnel& tunnel) override {
    static_cast<Link&>(tunnel).unlink();
    loop.bury(std::unique_ptr<io::Buried>(&tunnel));
    look_for_room();
    look_whether_done();
  }

  // Ticks only while there is something to look after: an idle worker without a log sleeps.
  void keep_house() {
    if (services.access_log || drained) tick.arm(loop.now() + kHousekeeping);
  }

  void on_tick() {
    keep_house();
    if (services.access_log) services.access_log->flush();
    if (!services.draining) return;
    if (loop.now() >= drain_until) {
      cut();
    } else if (loop.now() >= drain_from + kDrainGrace) {
      for (Client* client = first(clients); client; client = clients.after(*client))
        client->drain(loop.now() - kDrainGrace);
    }
    look_whether_done();
  }

  template <class T>
  static T* first(List<T>& list) {
    return list.empty() ? nullptr : &list.front();
  }

  void drain(std::function<void()> when_done) {
    for (auto& door : doors) door->listener->accept_last();
    doors.clear();
    services.draining = true;
    idle_tick.disarm();
    drain_from = loop.now();
    drain_until = drain_from + services.snapshot->options.timeouts.drain;
    drained = std::move(when_done);
    pool.close_idle();
    keep_house();
    look_whether_done();
  }

  // Nobody is there: what is kept to be used again goes back to the system, unless somebody comes within a second.
  void look_whether_idle() {
    if (!services.draining && clients.empty() && tunnels.empty()) idle_tick.arm(loop.now() + kIdleBeforeTrim);
  }
  void on_idle_tick() {
    if (!clients.empty() || !tunnels.empty()) return;
    heads.trim();
    scratches.trim();
    pipes.trim();
    loop.blocks().trim();
    release_unused_memory();
  }

  void look_whether_done() {
    look_whether_idle();
    if (!drained || !clients.empty() || !tunnels.empty()) return;
    if (services.access_log) services.access_log->flush();
    std::exchange(drained, nullptr)();
  }

  void cut() {
    while (Client* client = first(clients)) {
      static_cast<Link&>(*client).unlink();
      client->cut_now();
      loop.bury(std::unique_ptr<io::Buried>(client));
    }
    while (Tunnel* tunnel = first(tunnels)) {
      static_cast<Link&>(*tunnel).unlink();
      tunnel->cut_now();  // it may be about to run in this very turn
      loop.bury(std::unique_ptr<io::Buried>(tunnel));
    }
  }

  void stop() {
    doors.clear();
    while (Client* client = first(clients)) {
      static_cast<Link&>(*client).unlink();
      client->cut_now();
      delete client;
    }
    while (Tunnel* tunnel = first(tunnels)) {
      static_cast<Link&>(*tunnel).unlink();
      delete tunnel;
    }
    if (services.access_log) services.access_log->flush();
  }

  io::Loop& loop;
  Admission& admission;
  wire::HeadPools heads;
  ObjectPool<Scratch> scratches;
  io::PipePool pipes;
  Metrics metrics;
  upstream::Dialer dialer;
  upstream::Pool pool;
  Services services;
  std::vector<std::unique_ptr<Door>> doors;
  List<Client> clients;
  List<Tunnel> tunnels;
  std::uint32_t over_limit_count = 0;
  bool full = false;  // of connections: the listeners are paused
  std::function<void()> drained;
  Instant drain_from{}, drain_until{};
  io::Timer tick, room_tick, idle_tick;
};

Worker::Worker(Parts parts, std::shared_ptr<const Snapshot> snapshot)
    : impl_(std::make_unique<Impl>(parts, std::move(snapshot))) {}
Worker::~Worker() = default;

void Worker::listen(io::EpollLoop& loop, io::ListenSocket socket) {
  auto door = std::make_unique<Impl::Door>(*impl_, socket.local());
  door->listener = std::make_unique<io::Listener>(loop, std::move(socket), *door);
  if (impl_->full) door->listener->pause();
  impl_->doors.push_back(std::move(door));
}

void Worker::stop_listening(const Endpoint& at) {
  for (auto& door : impl_->doors) {
    if (door->at == at) door->listener->accept_last();
  }
  std::erase_if(impl_->doors, [&](const auto& door) { return door->at == at; });
}

void Worker::serve(std::unique_ptr<io::Stream> stream) { impl_->admit(std::move(stream), {}); }

void Worker::set_snapshot(std::shared_ptr<const Snapshot> snapshot) {
  impl_->pool.set_options(snapshot->pool, snapshot->dial, Impl::connection_options(*snapshot),
                          snapshot->options.limits);
  impl_->loop.blocks().set_budget(snapshot->options.buffers_max);
  impl_->pipes.set_lent_max(snapshot->options.pipes_max);
  impl_->services.snapshot = std::move(snapshot);
  impl_->look_for_room();
}

void Worker::set_access_log(flow::AccessLog* log) {
  if (impl_->services.access_log) impl_->services.access_log->flush();
  impl_->services.access_log = log;
  impl_->keep_house();
}

void Worker::set_resolver(upstream::Resolver& resolver) { impl_->dialer.set_resolver(resolver); }
void Worker::drain(std::function<void()> done) { impl_->drain(std::move(done)); }
void Worker::stop() { impl_->stop(); }
const Metrics& Worker::metrics() const { return impl_->metrics; }
const upstream::PoolCounters& Worker::pool_counters() const { return impl_->pool.counters(); }

}  // namespace porthole::proxy
