// See connection.h. Everything that was fed is polled at once, so the session holds nothing back and the inbox is the only
// buffer; one read (at most a large block) may exceed its limit.
#include "upstream/connection.h"

#include <utility>

namespace porthole::upstream {
namespace {

io::ChannelOptions channel_options(const ConnectionOptions& options) {
  return {.side = Side::upstream,
          .high_mark = static_cast<std::uint32_t>(options.body_buffer),
          .write_timeout = options.write_timeout,
          .rate_min = static_cast<std::uint32_t>(options.rate_min)};
}

}  // namespace

Connection::Connection(Parts parts, const ConnectionOptions& options, ConnectionOwner& owner)
    : loop_(parts.loop),
      session_(std::move(parts.session)),
      owner_(owner),
      options_(options),
      address_(parts.address),
      inbox_(parts.loop.blocks()),
      idle_since_(parts.loop.now()),
      channel_(parts.loop, std::move(parts.stream), *this, channel_options(options)) {
  channel_.write_from(session_->output());
  channel_.resume_reading();  // an idle connection reads too: that is how its end is noticed
}

Connection::~Connection() = default;

bool Connection::available() const { return !dead_ && !waker_ && session_->available(); }

void Connection::open(io::Signal& waker) {
  PH_ASSERT(available());
  waker_ = &waker;
  response_begun_ = false;
  ++served_;
  stream_ = session_->open();
}

// Once the connection died the exchange learns it from the inbox; what it still sends goes nowhere.
void Connection::send_head(const http::RequestHead& head, const http::Framing& framing) {
  if (inbox_.error) return;
  session_->send_head(stream_, head, framing);
  channel_.flush_soon();
}

void Connection::send_data(Bytes data) {
  if (inbox_.error) return;
  session_->send_data(stream_, std::move(data));
  channel_.flush_soon();
}

void Connection::send_end(const http::Fields* trailers) {
  if (inbox_.error) return;
  session_->send_end(stream_, trailers);
  channel_.flush_soon();
}

bool Connection::inbox_full() const { return inbox_.data.size() >= loop_.blocks().allowance(options_.body_buffer); }

void Connection::resume() {
  if (inbox_.error || !waker_ || inbox_full()) return;
  if (session_->needs_input()) channel_.resume_reading();
}

bool Connection::close_stream() {
  waker_ = nullptr;
  bool clean = !dead_ && session_->available() && channel_.unsent() == 0;
  inbox_.clear();
  if (!clean) {
    dead_ = true;
    return false;
  }
  idle_since_ = loop_.now();
  channel_.resume_reading();
  return true;
}

void Connection::retire() {
  waker_ = nullptr;
  dead_ = true;
  channel_.pause_reading();
}

Connection::Raw Connection::take_over() {
  Raw raw;
  raw.early = session_->take_over(stream_);
  raw.stream = channel_.release();
  waker_ = nullptr;
  dead_ = true;
  return raw;
}

std::uint64_t Connection::plain_content_left() const {
  return inbox_.error || !inbox_.data.empty() ? 0 : session_->plain_content_left(stream_);
}

void Connection::skip_received(std::uint64_t bytes) {
  session_->skip_received(stream_, bytes);
  dispatch();
}

void Connection::on_bytes(Bytes bytes) {
  if (!waker_) return lost();  // bytes that no request asked for (bad-inputs 40)
  response_begun_ = true;
  session_->feed(std::move(bytes));
  dispatch();
}

void Connection::on_eof() {
  if (!waker_) return lost();
  session_->feed_eof();
  dead_ = true;
  dispatch();
}

void Connection::on_drained() {
  if (waker_) waker_->raise();
}

void Connection::on_broken(const Error& error) {
  if (!waker_) return lost();
  Error known = error;
  bool timed_out = error.token == Token::connection_write_timeout || error.token == Token::connection_timeout;
  known.status = timed_out ? 504 : 502;
  known.retry = response_begun_ ? Retry::no : Retry::safe;
  fail(known);
  waker_->raise();
}

void Connection::dispatch() {
  wire::ClientEvent event;
  do {
    session_->poll(event);
    take(event);
  } while (event.kind != wire::ClientEvent::Kind::none);
  if (inbox_full() || !session_->needs_input()) channel_.pause_reading();
  waker_->raise();
}

void Connection::take(wire::ClientEvent& event) {
  switch (event.kind) {
    case wire::ClientEvent::Kind::none: break;
    case wire::ClientEvent::Kind::interim: inbox_.interims.push_back(std::move(event.head)); break;
    case wire::ClientEvent::Kind::head:
      inbox_.head = std::move(event.head);
      inbox_.framing = event.framing;
      break;
    case wire::ClientEvent::Kind::data: inbox_.data.push(std::move(event.data)); break;
    case wire::ClientEvent::Kind::end:
      inbox_.trailers = std::move(event.trailers);
      inbox_.ended = true;
      break;
    case wire::ClientEvent::Kind::error: fail(event.error); break;
  }
}

// A connection that breaks after the response ended is no error of the exchange; it only serves no other (bad-inputs 41).
void Connection::fail(Error error) {
  dead_ = true;
  channel_.pause_reading();
  if (inbox_.ended || inbox_.error) return;
  if (!reused()) error.retry = Retry::no;
  inbox_.error = error;
}

void Connection::lost() {
  if (std::exchange(dead_, true)) return;
  owner_.on_idle_lost(*this);
}

}  // namespace porthole::upstream
