// See visitor.h.
#include "admin/visitor.h"

#include <algorithm>
#include <iterator>

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
  if (feed_) {
    if (feed_->endless()) return leave();
    feed_last_ = true;
    return;
  }
  session_->feed_eof();
  dispatch();
  if (feed_) feed_last_ = true;
  else if (waiting_) waiting_->last = true;
  else close();
}

void Visitor::on_drained() {
  if (feed_) pull();
  else dispatch();
}

void Visitor::on_timer() {
  if (feed_) pull();
  else if (waiting_) look();
  else close();
}

void Visitor::run() {
  if (feed_) pull();
  else dispatch();
}

void Visitor::look() {
  auto answer = waiting_->later->look(server_.loop_.now());
  if (!answer) return timer_.arm(server_.loop_.now() + Later::interval());
  Waiting waited = std::move(*waiting_);
  waiting_.reset();
  std::ranges::move(waited.fields, std::back_inserter(answer->fields));
  respond(waited.stream, std::move(*answer), waited.head_only, waited.last);
  if (!feed_ && !waiting_ && !closing_) server_.loop_.run_soon(*this);
}

void Visitor::dispatch() {
  wire::ServerEvent event;
  while (!closing_ && !left_ && !feed_ && !waiting_ && !channel_.congested()) {
    session_->poll(event);
    if (event.kind == wire::ServerEvent::Kind::none) break;
    take(event);
  }
  if (closing_ || left_) return;
  // Input that waits in the session stays there until the channel has drained.
  if (session_->needs_input()) channel_.resume_reading();
  else channel_.pause_reading();
}

void Visitor::take(wire::ServerEvent& event) {
  using Kind = wire::ServerEvent::Kind;
  switch (event.kind) {
    case Kind::none: return;
    case Kind::head: return begin(event);
    case Kind::data: {
      if (!request_) return;
      content_ += event.data.view();
      if (content_.size() <= server_.site_.content_max(*request_)) return;
      request_ = {};
      return respond(event.stream, {.status = 413, .body = "too much\n"}, false, true);
    }
    case Kind::end: {
      if (!request_) return;
      Pooled<http::RequestHead> request = std::move(request_);
      std::string content = std::exchange(content_, {});
      return respond(event.stream, server_.site_.answer(*request, content), request->method == http::Method::head,
                     false);
    }
    case Kind::error: {
      std::uint16_t status = event.error.status == 0 ? std::uint16_t{400} : event.error.status;
      return respond(event.stream, {.status = status, .body = std::string(event.error.detail) + "\n"}, false, true);
    }
  }
}

void Visitor::begin(wire::ServerEvent& event) {
  const http::RequestHead& head = *event.head;
  old_ = head.version == http::Version::http10;
  bool head_only = head.method == http::Method::head;
  bool content = event.framing.has_content();
  if (auto early = server_.site_.screen(head)) return respond(event.stream, std::move(*early), head_only, content);
  if (!content) return respond(event.stream, server_.site_.answer(head, {}), head_only, false);
  ByteCount most = server_.site_.content_max(head);
  bool too_much = event.framing.kind == http::Framing::Kind::length && event.framing.length > most;
  if (most == 0 || too_much) return respond(event.stream, {.status = 413, .body = "too much\n"}, head_only, true);
  if (http::has_token(head.fields, http::FieldName::expect, "100-continue")) {
    auto interim = server_.heads_.responses.take();
    interim->status = 100;
    interim->reason = http::reason_phrase(100);
    session_->send_interim(event.stream, *interim);
    channel_.flush_soon();
  }
  timer_.arm(server_.loop_.now() + kPatience);
  request_ = std::move(event.head);
}

void Visitor::respond(wire::StreamId stream, Answer answer, bool head_only, bool last) {
  if (answer.later) {
    waiting_ = Waiting{std::move(answer.later), std::move(answer.fields), stream, head_only, last};
    return timer_.arm(server_.loop_.now() + Later::interval());
  }
  timer_.arm(server_.loop_.now() + kPatience);
  std::optional<ByteCount> length = answer.feed ? answer.feed_length : answer.body.size();
  last = last || !session_->persistent() || (old_ && !length);
  auto head = server_.heads_.responses.take();
  head->status = answer.status;
  head->reason = http::reason_phrase(answer.status);
  http::Fields& fields = head->fields;
  bool none = answer.status == 204 || answer.status == 304;
  if (!none) fields.add(http::FieldName::content_type, head->arena.copy(answer.content_type));
  if (length && !none) fields.add(http::FieldName::content_length, head->arena.copy(std::to_string(*length)));
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(server_.loop_.clock().wall().time_since_epoch());
  auto date = http::format_date(seconds.count());
  fields.add(http::FieldName::date, head->arena.copy({date.data(), date.size()}));
  bool cached = false;
  for (const auto& [name, value] : answer.fields) {
    cached |= ascii::equal_nocase(name, "cache-control");
    fields.add(head->arena.copy(name), head->arena.copy(value));
  }
  if (!cached) fields.add(http::FieldName::cache_control, "no-store");
  fields.add("X-Content-Type-Options", "nosniff");
  if (last) fields.add(http::FieldName::connection, "close");
  if (last) session_->close_after_this();

  bool content = !head_only && !none && (!length || *length > 0);
  http::Framing framing;
  if (content && length) framing = {.kind = http::Framing::Kind::length, .length = *length};
  else if (content) framing = {.kind = old_ ? http::Framing::Kind::until_close : http::Framing::Kind::chunked};
  if (framing.kind == http::Framing::Kind::chunked) fields.add(http::FieldName::transfer_encoding, "chunked");
  session_->send_head(stream, *head, framing);
  if (content && answer.feed) {
    feed_ = std::move(answer.feed);
    feed_stream_ = stream;
    feed_last_ = last;
    return pull();
  }
  if (content) send(stream, answer.body);
  session_->send_end(stream, nullptr);
  channel_.flush_soon();
  if (last) close();
}

void Visitor::send(wire::StreamId stream, std::string_view text) {
  ByteQueue pieces(server_.loop_.blocks());
  pieces.append(text);
  while (!pieces.empty()) session_->send_data(stream, pieces.pop());
}

void Visitor::pull() {
  std::string piece;
  Feed::State state = Feed::State::more;
  while (state == Feed::State::more && !channel_.congested()) {
    piece.clear();
    state = feed_->pull(piece, server_.loop_.now());
    if (!piece.empty()) send(feed_stream_, piece);
  }
  if (state == Feed::State::broken) return leave();
  channel_.flush_soon();
  if (state == Feed::State::more) return timer_.disarm();  // on_drained() goes on; the channel has its own patience
  if (state == Feed::State::wait) return timer_.arm(server_.loop_.now() + feed_->interval());
  if (state == Feed::State::turn) {
    timer_.disarm();
    return server_.loop_.run_next_turn(*this);
  }
  feed_.reset();
  session_->send_end(feed_stream_, nullptr);
  timer_.arm(server_.loop_.now() + kPatience);
  if (feed_last_) return close();
  server_.loop_.run_soon(*this);
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
  io::Runnable::unlink();
  server_.over(*this);
}

}  // namespace porthole::admin
