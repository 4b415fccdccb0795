// See tunnel.h. The idle timer is not re-armed per byte: it looks back when it fires.
#include "proxy/tunnel.h"

namespace porthole::proxy {

Tunnel::Tunnel(Services& services, Side client, Side upstream, std::unique_ptr<TunnelRecord> record,
               Admission::Place place)
    : services_(services),
      client_(std::move(client.stream)),
      upstream_(std::move(upstream.stream)),
      record_(std::move(record)),
      place_(std::move(place)),
      up_(services.loop, services.pipes, *client_, *upstream_, porthole::Side::client),
      down_(services.loop, services.pipes, *upstream_, *client_, porthole::Side::upstream),
      moved_at_(services.loop.now()),
      timer_(io::Timer::calling<&Tunnel::on_timer>(services.loop.timers(), *this)) {
  if (record_->tap) {
    tap_ = std::make_unique<TunnelTap>(record_->tap, services.loop);
    if (record_->status == 101) tap_->tell_content(up_, down_);
    else tap_->tell_hello(up_);
  }
  up_.begin_with(std::move(client.early));
  down_.begin_with(std::move(upstream.early));
  services_.metrics.tunnels.add(1);
  services_.metrics.tunnels_total.add();
}

Tunnel::~Tunnel() {
  services_.metrics.tunnels.add(-1);
  if (!over_) cut_now();
}

void Tunnel::start() {
  client_->set_listener(this);
  upstream_->set_listener(this);
  arm_timer();
  services_.loop.run_soon(*this);
}

void Tunnel::cut_now() { record_end(flow::End::shutdown, Token::none); }

void Tunnel::on_readable() { services_.loop.run_soon(*this); }
void Tunnel::on_writable() { services_.loop.run_soon(*this); }
void Tunnel::on_hangup() { services_.loop.run_soon(*this); }

void Tunnel::run() {
  if (over_) return;
  using State = io::Pump::State;
  Duration patience_before = patience();
  bool more = up_.step();
  more |= down_.step();
  if (tap_ && down_.moved() > 0) tap_->give_up_hello();  // answered: there is none, or it was whole
  if (up_.moved() + down_.moved() != moved_) {
    moved_ = up_.moved() + down_.moved();
    moved_at_ = services_.loop.now();
  }
  for (io::Pump* pump : {&up_, &down_}) {
    if (pump->state() != State::failed) continue;
    bool client = pump->error().side == porthole::Side::client;
    abort();
    // A client that resets is its own business; a server that does is worth a token.
    return end(client ? flow::End::client_gone : flow::End::upstream_broke, client ? Token::none : pump->error().token);
  }
  if (up_.state() == State::ended && down_.state() == State::ended) return end(flow::End::tunnelled, Token::none);
  if (patience() < patience_before) arm_timer();
  if (more) services_.loop.run_next_turn(*this);
}

Duration Tunnel::patience() const {
  const Timeouts& timeouts = services_.snapshot->options.timeouts;
  Duration quiet = timeouts.idle_tunnel;
  if (up_.state() != io::Pump::State::open || down_.state() != io::Pump::State::open)
    quiet = std::min(quiet, timeouts.half_closed);
  if (tap_ && tap_->holds_hello()) quiet = std::min(quiet, timeouts.head);
  return quiet;
}

void Tunnel::arm_timer() { timer_.arm(moved_at_ + patience()); }

void Tunnel::on_timer() {
  if (over_) return;
  if (tap_) tap_->give_up_hello();
  arm_timer();
  if (timer_.deadline() > services_.loop.now()) return;
  timer_.disarm();
  // Bytes that a peer never took: a FIN behind what the kernel still holds would make a part look like all of it.
  if (up_.stuck() || down_.stuck()) abort();
  end(flow::End::timed_out, Token::none);
}

void Tunnel::abort() {
  tell_paths();  // which nobody knows afterwards
  client_->abort();
  upstream_->abort();
}

void Tunnel::tell_paths() const {
  if (!record_->tap) return;
  Trace trace(record_->tap, services_.loop);
  trace.tell_path(flow::Direction::request, client_->path());
  trace.tell_path(flow::Direction::response, upstream_->path());
}

void Tunnel::end(flow::End how, Token error) {
  record_end(how, error);
  place_ = {};
  services_.tunnels.done(*this);
}

void Tunnel::record_end(flow::End how, Token error) {
  over_ = true;
  timer_.disarm();
  io::Runnable::unlink();
  flow::Outcome outcome;
  const TunnelRecord& record = *record_;
  outcome.flow = record.flow;
  outcome.end = how;
  outcome.error = error;
  outcome.status = record.status;
  outcome.version = record.version;
  outcome.method = record.method;
  outcome.target = record.target;
  outcome.host = record.host;
  outcome.client = record.client;
  outcome.upstream = record.upstream;
  outcome.reused = record.served > 0;
  outcome.served = record.served;
  outcome.bytes_in = up_.moved();
  outcome.bytes_out = down_.moved();
  outcome.begun = record.begun;
  outcome.took = services_.loop.now() - record.begun_at;
  services_.metrics.bytes_in.add(outcome.bytes_in);
  services_.metrics.bytes_out.add(outcome.bytes_out);
  if (tap_) {
    tell_paths();
    tap_->tell_unseen_of(outcome.bytes_in, outcome.bytes_out);
    record.tap->end(outcome.flow, outcome, services_.loop.now());
  }
  if (services_.access_log) services_.access_log->add(outcome);
  client_.reset();
  upstream_.reset();
}

}  // namespace porthole::proxy
