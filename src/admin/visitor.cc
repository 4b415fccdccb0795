// See visitor.h.
#include "admin/visitor.h"

#include "http/date.h"
#include "wire/h1/session.h"

namespace porthole::admin {

Visitor::Visitor(Server& server, std::unique_ptr<io::Stream> stream)
    : server_(server),
      session_(wire::h1::make_server_session(server.heads_, server.loop_.blocks(), {})),
      timer_(io::Timer::calling<&Visitor::on_timer>(server.loop_.timers(), *this)),
      channel_(server.loop_, std::move(stream), *this, {.side = Side::client}) {
  channel_.write_from(session_->output());
  channel_.resume_reading();
  timer_.arm(server_.loop_.now() + kPatience);
}

void Visitor::on_bytes(Bytes bytes) {
  session_->feed(std::move(bytes));
  dispatch();
}

void Visitor::on_eof() {
  session_->feed_eof();
  dispatch();
  close();
}

void Visitor::dispatch() {
  wire::ServerEvent event;
  while (!closing_ && !left_ && !channel_.congested()) {
    session_->poll(event);
    if (event.kind == wire::ServerEvent::Kind::none) break;
    if (event.kind == wire::ServerEvent::Kind::head) {
      bool last = event.framing.has_content();
      respond(event.stream, observe_answer(*event.head, server_.lifecycle_), event.head->method == http::Method::head,
              last);
    } else if (event.kind == wire::ServerEvent::Kind::error) {
      std::uint16_t status = event.error.status == 0 ? std::uint16_t{400} : event.error.status;
      respond(event.stream, {.status = status, .body = std::string(event.error.detail) + "\n"}, false, true);
    }
  }
  if (closing_ || left_) return;
  // Input that waits in the session stays there until the channel has drained.
  if (session_->needs_input()) channel_.resume_reading();
  else channel_.pause_reading();
}

void Visitor::respond(wire::StreamId stream, const ObserveAnswer& answer, bool head_only, bool last) {
  timer_.arm(server_.loop_.now() + kPatience);
  last = last || !session_->persistent();
  auto head = server_.heads_.responses.take();
  head->status = answer.status;
  head->reason = http::reason_phrase(answer.status);
  http::Fields& fields = head->fields;
  fields.add(http::FieldName::content_type, answer.content_type);
  fields.add(http::FieldName::content_length, head->arena.copy(std::to_string(answer.body.size())));
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(server_.loop_.clock().wall().time_since_epoch());
  auto date = http::format_date(seconds.count());
  fields.add(http::FieldName::date, head->arena.copy({date.data(), date.size()}));
  fields.add(http::FieldName::cache_control, "no-store");
  fields.add("X-Content-Type-Options", "nosniff");
  if (answer.allow) fields.add("Allow", "GET, HEAD");
  if (last) fields.add(http::FieldName::connection, "close");
  if (last) session_->close_after_this();

  bool content = !head_only && !answer.body.empty();
  http::Framing framing;
  if (content) framing = {.kind = http::Framing::Kind::length, .length = answer.body.size()};
  session_->send_head(stream, *head, framing);
  ByteQueue body(server_.loop_.blocks());
  if (content) body.append(answer.body);
  while (!body.empty()) session_->send_data(stream, body.pop());
  session_->send_end(stream, nullptr);
  channel_.flush_soon();
  if (last) close();
}

void Visitor::close() {
  if (closing_ || left_) return;
  closing_ = true;
  timer_.disarm();
  channel_.finish();
}

void Visitor::leave() {
  if (left_) return;
  left_ = true;
  timer_.disarm();
  server_.over(*this);
}

}  // namespace porthole::admin
