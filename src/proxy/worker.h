// Worker: everything that one thread's proxy consists of (connections, exchanges, tunnels, pool), on one Loop. App makes the
// threads and the listening sockets, and talks to a worker only through Loop::post.
#pragma once

#include <functional>
#include <memory>

#include "control/self_page.h"
#include "flow/access_log.h"
#include "flow/tap.h"
#include "io/tcp.h"
#include "proxy/admission.h"
#include "proxy/body_filter.h"
#include "proxy/metrics.h"
#include "proxy/protocols.h"
#include "proxy/snapshot.h"
#include "upstream/pool.h"
#include "upstream/resolver.h"

namespace porthole::proxy {

class Worker {
 public:
  // All outlive the worker. All methods but metrics() are for the loop's thread.
  struct Parts {
    io::Loop& loop;
    io::Network& network;
    upstream::Resolver& resolver;
    const control::SelfPage& pages;
    Admission& admission;                   // the process's
    flow::Sink* sink = nullptr;             // watches every exchange; may be null
    flow::AccessLog* access_log = nullptr;  // may be null
    FilterFactory* filters = nullptr;       // content filters; may be null
    SessionMaker make_session = &proxy::make_session;
    upstream::Pool::SessionFactory make_client_session = &wire::h1::make_client_session;
    std::uint32_t index = 0;  // of this worker: part of its flow ids
  };
  Worker(Parts parts, std::shared_ptr<const Snapshot> snapshot);
  ~Worker();

  // Accepts on `socket` from now on.
  void listen(io::EpollLoop& loop, io::ListenSocket socket);
  // Stops accepting there; established connections stay.
  void stop_listening(const Endpoint& at);
  // A client connection from elsewhere (tests, replays): served like an accepted one.
  void serve(std::unique_ptr<io::Stream> stream);

  // From now on new exchanges see this snapshot.
  void set_snapshot(std::shared_ptr<const Snapshot> snapshot);
  void set_access_log(flow::AccessLog* log);
  void set_resolver(upstream::Resolver& resolver);

  // No new connections; idle ones close, running exchanges end with `Connection: close`, tunnels run on. `done` is called
  // (in this thread) when nothing runs any more. At most Timeouts::drain later the rest is cut.
  void drain(std::function<void()> done);
  // Cuts everything now.
  void stop();

  const Metrics& metrics() const;
  const upstream::PoolCounters& pool_counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace porthole::proxy
