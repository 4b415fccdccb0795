// See worker.h. Draining: listeners close at once; an idle client gets a moment in which one more request is still answered,
// with `Connection: close`, because a request may already be on its way when we decide to close (RFC 9112 §9.6).
#include "proxy/worker.h"

#include <unordered_map>
#include <vector>

#include "proxy/client.h"
#include "proxy/relay.h"
#include "proxy/tunnel.h"

namespace porthole::proxy {
namespace {

constexpr Duration kDrainGrace = std::chrono::seconds(1);  // for requests already on their way
constexpr Duration kHousekeeping = std::chrono::milliseconds(100);

}  // namespace

struct Worker::Impl final : ClientKeeper, TunnelKeeper, io::AcceptHandler {
  Impl(Parts parts, std::shared_ptr<const Snapshot> snapshot)
      : loop(parts.loop),
        dialer(parts.loop, parts.network, parts.resolver),
        pool({parts.loop, dialer, heads}, snapshot->pool, snapshot->dial, connection_options(*snapshot),
             snapshot->options.limits),
        services(loop, pool, heads, scratches, pipes, parts.pages, metrics, *this, parts.sink, parts.access_log,
                 snapshot),
        tick(io::Timer::calling<&Impl::on_tick>(loop.timers(), *this)) {
    // Flow ids: unique over the program's runs and workers, and rising: start second, worker, count.
    auto second = std::chrono::duration_cast<std::chrono::seconds>(loop.clock().wall().time_since_epoch()).count();
    services.last_flow = (static_cast<std::uint64_t>(second) & 0xffffffff) << 32 |
                         (static_cast<std::uint64_t>(parts.index) & 0xff) << 24;
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
    return {.body_buffer = snapshot.options.body_buffer, .write_timeout = snapshot.options.timeouts.body};
  }

  // io::AcceptHandler of one listening socket: knows where a client arrived.
  struct Door final : io::AcceptHandler {
    Door(Impl& i, const Endpoint& a) : impl(i), at(a) {}
    void on_accept(std::unique_ptr<io::Stream> stream) override { impl.admit(std::move(stream), at); }
    void on_accept_paused(int os_errno) override { impl.on_accept_paused(os_errno); }
    Impl& impl;
    Endpoint at;
    std::unique_ptr<io::Listener> listener;
  };

  void on_accept(std::unique_ptr<io::Stream> stream) override { admit(std::move(stream), {}); }
  void on_accept_paused(int) override { metrics.accept_pauses.add(); }

  void admit(std::unique_ptr<io::Stream> stream, const Endpoint& at) {
    const Options& options = services.snapshot->options;
    ClientFacts facts{.client = stream->peer(), .listener = at, .guarded = at.port != 0 && !at.ip.loopback()};
    if (options.per_client_max > 0) {
      std::uint32_t& held = per_client[facts.client.ip];
      if (held >= options.per_client_max) {
        metrics.connections_refused.add();
        return;  // closing is the answer
      }
      ++held;
    }
    metrics.connections_accepted.add();
    clients.push_back(*new Client(services, *this, std::move(stream), facts));
    ++client_count;
    if (options.connections_max > 0 && client_count >= options.connections_max && !full) {
      full = true;
      metrics.accept_pauses.add();
      for (auto& door : doors) door->listener->pause();
    }
  }

  void on_client_over(Client& client) override {
    const Options& options = services.snapshot->options;
    if (auto held = per_client.find(client.address().ip); held != per_client.end() && --held->second == 0)
      per_client.erase(held);
    static_cast<Link&>(client).unlink();
    --client_count;
    loop.bury(std::unique_ptr<io::Buried>(&client));
    if (full && (options.connections_max == 0 || client_count < options.connections_max)) {
      full = false;
      for (auto& door : doors) door->listener->resume();
    }
    look_whether_done();
  }

  void keep(std::unique_ptr<Tunnel> tunnel) override {
    Tunnel& kept = *tunnel.release();
    tunnels.push_back(kept);
    kept.start();
  }
  void done(Tunnel& tunnel) override {
    static_cast<Link&>(tunnel).unlink();
    loop.bury(std::unique_ptr<io::Buried>(&tunnel));
    look_whether_done();
  }

  // Ticks only while there is something to look after: an idle worker without a log sleeps.
  void keep_house() {
    if (services.access_log || services.draining) tick.arm(loop.now() + kHousekeeping);
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
    drain_from = loop.now();
    drain_until = drain_from + services.snapshot->options.timeouts.drain;
    drained = std::move(when_done);
    pool.close_idle();
    keep_house();
    look_whether_done();
  }

  void look_whether_done() {
    if (!drained || !clients.empty() || !tunnels.empty()) return;
    if (services.access_log) services.access_log->flush();
    std::exchange(drained, nullptr)();
  }

  void cut() {
    while (Client* client = first(clients)) {
      static_cast<Link&>(*client).unlink();
      --client_count;
      client->cut_now();
      loop.bury(std::unique_ptr<io::Buried>(client));
    }
    while (Tunnel* tunnel = first(tunnels)) {
      static_cast<Link&>(*tunnel).unlink();
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
    client_count = 0;
    if (services.access_log) services.access_log->flush();
  }

  io::Loop& loop;
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
  std::unordered_map<IpAddress, std::uint32_t, IpHash> per_client;
  std::uint32_t client_count = 0;
  bool full = false;
  std::function<void()> drained;
  Instant drain_from{}, drain_until{};
  io::Timer tick;
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
  impl_->services.snapshot = std::move(snapshot);
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
