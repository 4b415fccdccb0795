// See actors.h.
#include <charconv>

#include <fmt/format.h>

#include "sim/actors.h"

namespace porthole::sim {
namespace {

std::string response_head(const ResponsePlan& plan, std::uint32_t id) {
  std::string head = fmt::format("HTTP/1.{} {} Sim\r\nX-Sim: {}\r\n", plan.http10 ? 0 : 1, plan.status, id);
  if (plan.close) head += "Connection: close\r\n";
  if (plan.framing == Framing::length || plan.fault == ServerFault::both_framings)
    head += fmt::format("Content-Length: {}\r\n", plan.size);
  if (plan.framing == Framing::chunked || plan.fault == ServerFault::both_framings)
    head += "Transfer-Encoding: chunked\r\n";
  return head + "\r\n";
}

}  // namespace

ServerActor::ServerActor(World& world, std::unique_ptr<Socket> socket, std::size_t origin, std::uint16_t port)
    : world_(world),
      socket_(std::move(socket)),
      origin_(origin),
      number_(world.next_number()),
      script_(world.kernel, *socket_),
      reader_(Reader::Role::requests, *this) {
  if (port >= 1000) {
    tunnel_ = world_.record(port - 1000U);
    if (!tunnel_) return;
    ++tunnel_->connections;
    begin_tunnel({});
  }
  socket_->set_user(*this);
  script_.run();
}

ServerActor::~ServerActor() = default;

void ServerActor::close() {
  over_ = true;
  script_.stop();
  socket_->close();
}

void ServerActor::on_bytes(std::string_view bytes) {
  if (over_) return;
  if (tunnel_) tunnel_bytes(bytes);
  else reader_.feed(bytes);
  script_.run();
}

void ServerActor::on_end() {
  if (over_) return;
  if (tunnel_) {
    peer_ended_ = true;
    tunnel_->up_ended |= tunnel_up_ == tunnel_->up;
    script_.run();
    return;
  }
  reader_.end();
  if (!responding_ || script_.done()) close();
}

void ServerActor::on_reset() { close(); }

void ServerActor::on_head(const Head& head) {
  std::uint32_t id = 0;
  std::string_view path = head.word(1);
  if (path.starts_with("/s/")) std::from_chars(path.data() + 3, path.data() + path.size(), id);
  Record* record = world_.record(id);
  if (!record) return world_.violate(fmt::format("a request that nobody sent: {}", head.start));
  const RequestPlan& plan = record->request;
  if (responding_) world_.violate(fmt::format("request {} on a connection that still answers {}", id, last_));
  if (plan.origin != origin_) world_.violate(fmt::format("request {} went to the wrong server", id));
  if (head.word(0) != plan.method || head.word(2) != "HTTP/1.1")
    world_.violate(fmt::format("request line: {}", head.start));
  if (head.count("Host") != 1 || head.value("Host") != world_.origins[origin_].name) world_.violate("Host");
  if (head.value("X-Sim") != std::to_string(id))
    world_.violate(fmt::format("fields of {} in request {}", head.value("X-Sim"), id));
  if (!head.has("Via") || head.has("Proxy-Connection")) world_.violate("hop-by-hop fields");
  bool content = head.has("Content-Length") || head.has("Transfer-Encoding");
  if (content != (plan.framing != Framing::none))
    world_.violate(fmt::format("content of request {} appeared or vanished", id));

  world_.trace("server {} of {} reads request {}", number_, world_.origins[origin_].name, id);
  now_ = record;
  reading_ = true;
  last_ = id;
  record->seen = 0;
  ++record->connections;
  if (++record->sightings > (plan.idempotent() ? 2 : 1))
    world_.violate(fmt::format("request {} was sent {} times", id, record->sightings));
  const ResponsePlan& answer = record->response;
  if (answer.fault == ServerFault::deaf) socket_->pause_reading();
  if (plan.expect && !answer.early && answer.fault == ServerFault::none) script_.text("HTTP/1.1 100 Continue\r\n\r\n");
  if (answer.early) respond();
}

void ServerActor::on_content(std::string_view bytes) {
  if (!now_) return;
  if (!is_content(bytes, now_->request.id, 0, now_->seen))
    world_.violate(fmt::format("wrong bytes in request {} at {}", now_->request.id, now_->seen));
  now_->seen += bytes.size();
}

void ServerActor::on_message_end(bool) {
  if (!now_) return;
  reading_ = false;
  if (close_when_read_) return close();
  now_->seen_whole = true;
  const RequestPlan& plan = now_->request;
  std::uint64_t expected = plan.framing == Framing::none ? 0 : plan.size;
  if (now_->seen != expected || !(now_->sent_whole || (plan.framing != Framing::chunked && expected == 0)))
    world_.violate(fmt::format("request {} ended after {} of {} bytes", plan.id, now_->seen, expected));
  if (!responding_ && !now_->response.early) respond();
}

void ServerActor::on_nonsense(const char* why) {
  world_.violate(fmt::format("the proxy wrote nonsense to a server: {}", why));
}

void ServerActor::respond() {
  Record& record = *now_;
  const ResponsePlan& plan = record.response;
  responding_ = true;
  script_.pause(plan.delay);
  script_.then([&record] { record.response_begun = true; });
  switch (plan.fault) {
    case ServerFault::silent: return script_.wait_until([] { return false; });
    case ServerFault::reset_request:
    case ServerFault::close_request:
    case ServerFault::cut_head:
    case ServerFault::nonsense:
    case ServerFault::unasked_101: misbehave(plan.fault); break;
    default: write_response(plan);
  }
  script_.run();
}

void ServerActor::write_response(const ResponsePlan& plan) {
  Record& record = *now_;
  std::uint32_t id = record.request.id;
  for (int interim : plan.interims) {
    script_.text(fmt::format("HTTP/1.1 {} Early\r\nX-Sim: {}\r\n\r\n", interim, id));
    script_.pause(world_.kernel.up_to(std::chrono::milliseconds(100)));
  }
  if (plan.status == 101) {
    script_.text(fmt::format(
        "HTTP/1.1 101 Switching Protocols\r\nX-Sim: {}\r\nConnection: upgrade\r\nUpgrade: sim\r\n\r\n", id));
    script_.then([this, &record] {
      tunnel_ = &record;
      std::string early = reader_.stop();
      begin_tunnel(std::move(early));
    });
    return;
  }
  script_.text(response_head(plan, id));
  bool bare = record.request.method == "HEAD" || plan.status == 204 || plan.status == 304;
  bool something = plan.size > 0 || plan.framing == Framing::chunked;
  bool breaks = !bare && something &&
                (plan.fault == ServerFault::reset_content || plan.fault == ServerFault::close_content ||
                 plan.fault == ServerFault::stall_content || plan.fault == ServerFault::bad_chunk);
  std::uint64_t size = bare ? 0 : breaks ? plan.fault_at : plan.size;
  bool chunked = plan.framing == Framing::chunked || plan.fault == ServerFault::both_framings;
  if (chunked) script_.chunks(id, 1, 0, size);
  else script_.content(id, 1, 0, size);
  if (breaks) return misbehave(plan.fault);
  if (chunked && !bare) script_.text(plan.trailers ? "0\r\nX-Trailer: t\r\n\r\n" : "0\r\n\r\n");
  script_.then([this, &record] {
    record.response_whole = true;
    responding_ = false;
  });
  if (plan.fault == ServerFault::extra_bytes) script_.text("HTTP/1.1 200 OK\r\nX-Sim: 0\r\nContent-Length: 0\r\n\r\n");
  bool last = plan.close || plan.http10 || (plan.framing == Framing::until_close && !bare) ||
              plan.fault == ServerFault::extra_bytes;
  script_.then([this, last] {
    if (!last) return;
    // A server that closes before it has read everything resets, and may destroy its own response: who behaves reads on.
    if (reading_ && world_.origins[origin_].clean) close_when_read_ = true;
    else close();
  });
  if (plan.fault == ServerFault::idle_close) {
    script_.pause(world_.kernel.up_to(std::chrono::milliseconds(60)));
    script_.then([this] { close(); });
  }
}

void ServerActor::misbehave(ServerFault fault) {
  Record& record = *now_;
  std::uint32_t id = record.request.id;
  script_.then([this, &record, fault] {
    record.server_broke = true;
    world_.trace("server {} misbehaves: {}", number_, static_cast<int>(fault));
  });
  switch (fault) {
    case ServerFault::cut_head: script_.text(fmt::format("HTTP/1.1 200 OK\r\nX-Sim: {}\r\nContent-Le", id)); break;
    case ServerFault::nonsense: script_.text("SSH-2.0-OpenSSH_9.2\r\nHTTP/1.1 200 OK\r\n\r\n"); break;
    case ServerFault::unasked_101:
      script_.text(fmt::format(
          "HTTP/1.1 101 Switching Protocols\r\nX-Sim: {}\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n", id));
      break;
    case ServerFault::bad_chunk: script_.text("zz\r\n"); break;
    case ServerFault::stall_content: return script_.wait_until([] { return false; });
    default: break;
  }
  bool hard = fault == ServerFault::reset_request || fault == ServerFault::reset_content;
  script_.then([this, hard] {
    if (hard) {
      over_ = true;
      socket_->reset();
    } else {
      close();
    }
  });
}

// ---- tunnels ----

void ServerActor::begin_tunnel(std::string early) {
  Record& record = *tunnel_;
  const ResponsePlan& plan = record.response;
  script_.pause(plan.delay);
  bool breaks = plan.fault == ServerFault::reset_content || plan.fault == ServerFault::close_content;
  script_.content(record.request.id, 3, 0, breaks ? plan.fault_at : plan.size);
  if (breaks) {
    now_ = tunnel_;
    misbehave(plan.fault);
  } else {
    if (world_.kernel.one_in(2)) script_.wait_until([this, &record] { return tunnel_up_ == record.request.size; });
    script_.then([this] { socket_->finish(); });
    script_.wait_until([this] { return peer_ended_; });
    script_.then([this] { close(); });
  }
  if (!early.empty()) tunnel_bytes(early);
}

void ServerActor::tunnel_bytes(std::string_view bytes) {
  if (!is_content(bytes, tunnel_->request.id, 2, tunnel_up_)) world_.violate("wrong bytes up a tunnel");
  tunnel_up_ += bytes.size();
  tunnel_->up = std::max(tunnel_->up, tunnel_up_);  // of several connections that stood one is used
}

}  // namespace porthole::sim
