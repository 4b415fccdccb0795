// See actors.h.
#include <fmt/format.h>

#include "sim/actors.h"

namespace porthole::sim {
namespace {

using std::chrono::milliseconds;

constexpr Duration kContinuePatience = std::chrono::seconds(1);  // then the content goes out unasked, RFC 9110 §10.1.1

constexpr Duration kIdleMin =
    milliseconds(2900);  // the shortest idle timeout of plan_snapshot(), less what a turn may be late

std::string request_head(const World& world, const RequestPlan& plan) {
  const std::string& host = world.origins[plan.origin].name;
  std::string head;
  if (plan.kind == Kind::tunnel) {
    std::string authority = fmt::format("{}:{}", host, 1000 + plan.id);
    return fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n\r\n", authority, authority);
  }
  head = fmt::format("{} http://{}/s/{} HTTP/1.{}\r\nHost: {}\r\nX-Sim: {}\r\nProxy-Connection: keep-alive\r\n",
                     plan.method, host, plan.id, plan.http10 ? 0 : 1, host, plan.id);
  if (plan.close) head += "Connection: close\r\n";
  if (plan.kind == Kind::upgrade) head += "Connection: upgrade\r\nUpgrade: sim\r\n";
  if (plan.expect) head += "Expect: 100-continue\r\n";
  if (plan.framing == Framing::length) head += fmt::format("Content-Length: {}\r\n", plan.size);
  if (plan.framing == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
  return head + "\r\n";
}

}  // namespace

ClientActor::ClientActor(World& world, std::vector<std::uint32_t> ids, bool pipelined)
    : world_(world),
      ids_(std::move(ids)),
      number_(world.next_number()),
      pipelined_(pipelined),
      reader_(Reader::Role::responses, *this) {
  auto address =
      *Endpoint::parse(fmt::format("127.0.0.{}:{}", world_.kernel.between(1, 9), world_.kernel.between(1024, 65535)));
  Pair pair = connected(world_.wires, *Endpoint::parse("127.0.0.1:8083"), address);
  socket_ = std::move(pair.socket);
  world_.note_pulse(pair.pulse);
  pulse_ = pair.pulse;
  script_ = std::make_unique<Script>(world_.kernel, *socket_);
  for (std::uint32_t id : ids_) write_request(*world_.record(id));
  script_->wait_until([this] { return outstanding_.empty(); });
  script_->then([this] {
    if (!world_.kernel.one_in(3) && !tunnel_) leave(false);
  });  // or stays idle until it is closed
  socket_->set_user(*this);
  world_.worker().serve(std::move(pair.stream));
  script_->run();
}

ClientActor::~ClientActor() = default;

void ClientActor::write_request(Record& record) {
  const RequestPlan& plan = record.request;
  script_->then([this, &record] {
    record.begun = true;
    ++next_;
    outstanding_.push_back(&record);
    continue_ = false;
    world_.trace("client {} sends {} {}", number_, record.request.method, record.request.id);
  });
  std::string head = request_head(world_, plan);
  if (plan.fault == ClientFault::stall_sending && plan.framing == Framing::none) {
    script_->text(head.substr(0, head.size() / 2));
    script_->then([this] { misbehave(ClientFault::stall_sending); });
    return;
  }
  script_->text(head);
  if (plan.expect) {
    auto waited = std::make_shared<bool>(false);
    script_->then([this, waited] {
      world_.kernel.later(kContinuePatience, [this, waited, alive = std::weak_ptr(waited)] {
        if (alive.expired()) return;
        *waited = true;
        if (!over_) script_->run();
      });
    });
    script_->wait_until([this, waited, &record] { return continue_ || *waited || record.answers > 0; });
  }
  write_content(record);
  script_->then([this, &record] {
    record.sent_whole = true;
    record.sent_at = world_.kernel.now();
    ClientFault fault = record.request.fault;
    if (fault == ClientFault::finish_waiting || fault == ClientFault::close_waiting ||
        fault == ClientFault::reset_waiting)
      world_.kernel.later(world_.kernel.up_to(milliseconds(300)), [this, fault, alive = std::weak_ptr(alive_)] {
        if (!alive.expired() && !over_) misbehave(fault);
      });
  });
  if (!pipelined_ || plan.kind != Kind::message) wait_for_answer(record);
}

void ClientActor::write_content(Record& record) {
  const RequestPlan& plan = record.request;
  if (plan.framing == Framing::none) return;
  bool breaks = plan.fault == ClientFault::stall_sending || plan.fault == ClientFault::reset_sending ||
                plan.fault == ClientFault::finish_sending;
  auto piece = [&](std::uint64_t from, std::uint64_t bytes) {
    if (plan.framing == Framing::chunked) script_->chunks(plan.id, 0, from, bytes);
    else script_->content(plan.id, 0, from, bytes);
  };
  if (breaks) {
    piece(0, plan.fault_at);
    script_->then([this, fault = plan.fault] { misbehave(fault); });
    return;
  }
  if (plan.size > 1 && world_.kernel.one_in(4)) {
    piece(0, plan.size / 2);
    script_->pause(world_.kernel.up_to(milliseconds(200)));
    piece(plan.size / 2, plan.size - plan.size / 2);
  } else {
    piece(0, plan.size);
  }
  if (plan.framing == Framing::chunked) script_->text(plan.trailers ? "0\r\nX-Trailer: t\r\n\r\n" : "0\r\n\r\n");
}

void ClientActor::wait_for_answer(Record& record) {
  script_->wait_until([&record] { return record.answers > 0; });
  if (world_.kernel.one_in(3)) script_->pause(world_.kernel.up_to(milliseconds(400)));
}

void ClientActor::misbehave(ClientFault fault) {
  world_.trace("client {} misbehaves: {}", number_, static_cast<int>(fault));
  switch (fault) {
    case ClientFault::stall_sending: script_->stop(); return;
    case ClientFault::finish_sending:
    case ClientFault::finish_waiting:
      script_->stop();
      socket_->finish();
      return;
    case ClientFault::close_waiting: leave(false); return;
    case ClientFault::reset_sending:
    case ClientFault::reset_waiting:
    case ClientFault::reset_reading: leave(true); return;
    case ClientFault::stop_reading: socket_->pause_reading(); return;
    default: return;
  }
}

// Ends this connection from our side.
void ClientActor::leave(bool broken) {
  if (std::exchange(over_, true)) return;
  script_->stop();
  if (broken) socket_->reset();
  else socket_->close();
}

void ClientActor::on_bytes(std::string_view bytes) {
  if (over_) return;
  if (tunnel_) tunnel_bytes(bytes);
  else reader_.feed(bytes);
  if (over_) return;
  if (Record* record = waiting(); record && record->request.fault == ClientFault::slow_reading) {
    socket_->pause_reading();
    world_.kernel.later(world_.kernel.up_to(milliseconds(700)), [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired() && !over_) socket_->resume_reading();
    });
  }
  script_->run();
}

void ClientActor::on_head(const Head& head) {
  Record* record = waiting();
  if (!record) return world_.violate(fmt::format("an answer that nobody asked for: {}", head.start));
  int status = head.status();
  if (head.word(0) != "HTTP/1.1") world_.violate(fmt::format("the proxy answers as {}", head.word(0)));
  bool ours = head.has("X-Sim");
  if (head.value("X-Sim") == "0" && !world_.origins[record->request.origin].clean) {
    // What a server sends behind its response may meet the next request on a kept connection, and nobody can tell.
    record->excuse = "the server answered before it was asked";
    ours = false;
  } else if (ours && head.value("X-Sim") != std::to_string(record->request.id))
    world_.violate(fmt::format("request {} got the answer of request {}", record->request.id, head.value("X-Sim")));
  if (status < 200 && status != 101) {
    if (record->request.http10) world_.violate("an interim response to HTTP/1.0");
    ++record->interims;
    if (status == 100) continue_ = true;
    return;
  }
  record->status = status;
  record->by_server = ours;
  record->proxy_error = std::string(head.value("Proxy-Status"));
  if (!ours && record->proxy_error.empty() && !record->excuse && record->request.kind != Kind::tunnel)
    world_.violate(fmt::format("an answer by nobody: {}", head.start));
  if (ours && !head.has("Via")) world_.violate("a response without Via");
  if (record->request.http10 && head.has("Transfer-Encoding")) world_.violate("a transfer coding to HTTP/1.0");
  if (head.value("Connection") == "close" || record->request.http10) closing_ = true;
  world_.trace("client {} reads {} for {} {}", number_, status, record->request.id, record->proxy_error);
  bool tunnel = (record->request.kind == Kind::tunnel && status == 200) || status == 101;
  if (status == 101 && record->request.kind != Kind::upgrade) world_.violate("switched without being asked to");
  if (tunnel) {
    ++record->answers;
    record->by_server = true;
    tunnel_ = record;
    std::string early = reader_.stop();
    begin_tunnel(std::move(early));
    return;
  }
  if (record->request.method == "HEAD") reader_.no_content();
}

void ClientActor::on_content(std::string_view bytes) {
  Record* record = waiting();
  if (!record) return;
  if (record->by_server) {
    if (!is_content(bytes, record->request.id, 1, record->received))
      world_.violate(fmt::format("wrong bytes in the response to {} at {}", record->request.id, record->received));
    if (record->received + bytes.size() > record->response.size)
      world_.violate(fmt::format("too many bytes in the response to {}", record->request.id));
  }
  record->received += bytes.size();
  ClientFault fault = record->request.fault;
  if (record->received < record->request.fault_at) return;
  if (fault == ClientFault::stop_reading || fault == ClientFault::reset_reading) misbehave(fault);
}

void ClientActor::on_message_end(bool) {
  Record* record = waiting();
  if (!record || record->status == 0) return;  // an interim
  record->complete = true;
  ++record->answers;
  outstanding_.pop_front();
  may_close_ |= record->response.early;
  if (closing_) {
    for (Record* lost : outstanding_) lost->excuse = "behind the last answer";
    outstanding_.clear();
    script_->stop();
    return;
  }
}

void ClientActor::on_nonsense(const char* why) {
  world_.violate(fmt::format("the proxy wrote nonsense to a client: {}", why));
}

void ClientActor::on_end() {
  if (over_) return;
  world_.trace("client {} sees the end", number_);
  if (tunnel_) {
    tunnel_->down_ended = true;
    script_->run();
    return;
  }
  reader_.end();
  for (Record* lost : outstanding_) {
    // The answer was over before the request, so the connection could not go on, and the answer's head did not know yet.
    if (may_close_ && lost->answers == 0) lost->excuse = "behind an early answer";
    if (world_.kernel.now() - pulse_->written > kIdleMin && lost->sightings == 0)
      lost->excuse = "met the end of an idle connection";
  }
  bool idle = outstanding_.empty();
  leave(false);
  // A connection may end between requests; what was not sent yet goes out anew.
  if (!idle || next_ >= ids_.size()) return;
  std::vector<std::uint32_t> rest(ids_.begin() + static_cast<std::ptrdiff_t>(next_), ids_.end());
  world_.kernel.later(world_.kernel.up_to(milliseconds(50)),
                      [&world = world_, rest = std::move(rest), p = pipelined_] { world.add_client(rest, p); });
}

void ClientActor::on_reset() {
  world_.trace("client {} sees a reset", number_);
  leave(false);
}

// ---- after CONNECT or Upgrade ----

void ClientActor::begin_tunnel(std::string early) {
  Record& record = *tunnel_;
  const RequestPlan& plan = record.request;
  script_->stop();
  bool breaks = plan.fault != ClientFault::none && plan.fault != ClientFault::slow_reading;
  script_->content(plan.id, 2, 0, breaks ? plan.fault_at : plan.size);
  if (breaks) {
    script_->then([this, fault = plan.fault] { misbehave(fault); });
  } else {
    if (world_.kernel.one_in(2)) script_->wait_until([&record] { return record.down == record.response.size; });
    script_->then([this] { socket_->finish(); });
    script_->wait_until([&record] { return record.down_ended; });
    script_->then([this] { leave(false); });
  }
  if (!early.empty()) tunnel_bytes(early);
}

void ClientActor::tunnel_bytes(std::string_view bytes) {
  if (!is_content(bytes, tunnel_->request.id, 3, tunnel_->down)) world_.violate("wrong bytes down a tunnel");
  tunnel_->down += bytes.size();
}

}  // namespace porthole::sim
