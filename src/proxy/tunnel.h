// Tunnel: two bare streams joined, after CONNECT's 200 or an Upgrade's 101. It outlives its exchange and is small on purpose
// (an idle tunnel is to cost at most 1 KiB): two pumps, a timer, and what the log needs at the end.
// A FIN is carried over and the other direction lives on, bounded by half_closed; a reset closes both (RFC 9110 §9.3.6).
#pragma once

#include <memory>
#include <string>

#include "base/intrusive_list.h"
#include "io/pump.h"
#include "proxy/admission.h"
#include "proxy/services.h"
#include "proxy/trace.h"
#include "proxy/tunnel_tap.h"

namespace porthole::proxy {

// What the log will say; owned copies, because the exchange is gone by then.
struct TunnelRecord {
  flow::Tap tap;
  flow::FlowId flow;
  std::string method, target, host;
  std::uint16_t status = 200;
  http::Version version = http::Version::http11;
  Endpoint client, upstream;
  std::uint16_t served = 0;
  WallTime begun{};
  Instant begun_at{};
};

class Tunnel final : public Link, public io::Buried, private io::ReadyListener, private io::Runnable {
 public:
  struct Side {
    std::unique_ptr<io::Stream> stream;
    Bytes early;  // read from it already
  };
  // `services` outlives the tunnel. Call start() once it is kept. `place`: of the client, whose connection this still is.
  Tunnel(Services& services, Side client, Side upstream, std::unique_ptr<TunnelRecord> record, Admission::Place place);
  ~Tunnel() override;
  void start();
  // Ends it now, without a further callback to the keeper: for who takes it from its list by himself.
  void cut_now();

 private:
  void on_readable() override;
  void on_writable() override;
  void on_hangup() override;
  void run() override;
  void on_timer();
  // How long no byte may move until something is given up: a ClientHello that is held in part, then the tunnel.
  Duration patience() const;
  void arm_timer();
  void end(flow::End how, Token error);  // and tells the keeper
  void record_end(flow::End how, Token error);
  void tell_paths() const;
  void abort();

  Services& services_;
  std::unique_ptr<io::Stream> client_, upstream_;
  std::unique_ptr<TunnelRecord> record_;
  std::unique_ptr<TunnelTap> tap_;  // null when nobody watches
  Admission::Place place_;
  io::Pump up_;  // client to upstream
  io::Pump down_;
  ByteCount moved_ = 0;  // both directions, when last looked at
  Instant moved_at_{};
  io::Timer timer_;
  bool over_ = false;
};

}  // namespace porthole::proxy
