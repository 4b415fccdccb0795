// Services: what one worker's exchanges share. Owned by Worker, outlives every client, exchange and tunnel of it.
#pragma once

#include <memory>
#include <string_view>

#include "control/self_page.h"
#include "flow/access_log.h"
#include "flow/tap.h"
#include "http/date.h"
#include "io/pipe_pool.h"
#include "proxy/body_filter.h"
#include "proxy/metrics.h"
#include "proxy/protocols.h"
#include "proxy/snapshot.h"
#include "upstream/pool.h"

namespace porthole::proxy {

class Tunnel;
struct Scratch;

// Takes tunnels over when their exchange has ended.
class TunnelKeeper {
 public:
  virtual void keep(std::unique_ptr<Tunnel> tunnel) = 0;
  // It has ended: bury it.
  virtual void done(Tunnel& tunnel) = 0;

 protected:
  ~TunnelKeeper() = default;
};

struct Services {
  io::Loop& loop;
  upstream::Pool& pool;
  wire::HeadPools& heads;
  ObjectPool<Scratch>& scratches;
  io::PipePool& pipes;
  const control::SelfPage& pages;
  Metrics& metrics;
  TunnelKeeper& tunnels;
  flow::Sink* sink;             // may be null
  flow::AccessLog* access_log;  // may be null
  SessionMaker make_session = &proxy::make_session;
  FilterFactory* filters = nullptr;  // may be null
  std::shared_ptr<const Snapshot> snapshot;
  bool draining = false;
  std::uint64_t last_flow = 0;

  flow::FlowId next_flow() { return {++last_flow}; }
  // The Date field's value for this second; valid until the next call.
  std::string_view date();

 private:
  std::int64_t date_second_ = -1;
  std::array<char, 29> date_{};

 public:
  Services(io::Loop& l, upstream::Pool& p, wire::HeadPools& h, ObjectPool<Scratch>& sc, io::PipePool& pp,
           const control::SelfPage& sp, Metrics& m, TunnelKeeper& t, flow::Sink* s, flow::AccessLog* a,
           std::shared_ptr<const Snapshot> snap)
      : loop(l),
        pool(p),
        heads(h),
        scratches(sc),
        pipes(pp),
        pages(sp),
        metrics(m),
        tunnels(t),
        sink(s),
        access_log(a),
        snapshot(std::move(snap)) {}
};

}  // namespace porthole::proxy
