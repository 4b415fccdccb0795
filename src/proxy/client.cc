// See client.h. The order of a turn: bytes are fed, every event goes into an inbox, and only then do exchanges run, so a head
// and the content that came with it are seen together. dispatch() stops at a full inbox: the rest stays in the session,
// reading pauses, and the client's TCP window does the rest.
#include "proxy/client.h"

#include <algorithm>
#include <utility>

#include "proxy/exchange.h"

namespace porthole::proxy {
namespace {

// A first write of the answer to a client whose protocol we do not speak is not possible; what it sees is a close.
constexpr std::size_t kUndecidedMax = 32;

}  // namespace

Client::Client(Services& services, ClientKeeper& keeper, std::unique_ptr<io::Stream> stream, const ClientFacts& facts,
               Admission::Place place)
    : services_(services),
      keeper_(keeper),
      facts_(facts),
      place_(std::move(place)),
      timer_(io::Timer::calling<&Client::on_timer>(services.loop.timers(), *this)),
      channel_(services.loop, std::move(stream), *this,
               {.side = Side::client,
                .high_mark = static_cast<std::uint32_t>(services.snapshot->options.body_buffer),
                .write_timeout = services.snapshot->options.timeouts.body,
                .rate_min = static_cast<std::uint32_t>(services.snapshot->options.rate_min)}) {
  services_.metrics.connections.add(1);
  waiting_since_ = services_.loop.now();
  reading_head_ = true;  // a fresh connection has the head timeout to send its first request, not the idle timeout
  timer_.arm(waiting_since_ + services_.snapshot->options.timeouts.head);
  channel_.resume_reading();
}

Client::~Client() {
  over_ = true;
  tasks_.cancel_all();
  while (!streams_.empty()) delete &streams_.front();  // arrived, not started
  services_.metrics.connections.add(-1);
}

void Client::on_bytes(Bytes bytes) {
  if (!session_ && !begin_session(bytes)) return;
  session_->feed(std::move(bytes));
  dispatch();
}

// Tells the protocol by the first bytes. True: the session stands and `bytes` come next. What came before them, while nothing
// could be told yet, is fed by itself: joined they might be more than one slice.
bool Client::begin_session(const Bytes& bytes) {
  Bytes before = std::exchange(first_bytes_, {});
  ByteQueue joined(services_.loop.blocks());
  std::string_view start = bytes.view();
  if (!before.empty()) {  // rare: a signature that came in pieces
    joined.append(before.view());
    joined.append(start.substr(0, kUndecidedMax));
    start = joined.front().view();
  }
  Protocol protocol = tell_protocol(start);
  if (protocol == Protocol::undecided && start.size() < kUndecidedMax) {
    first_bytes_ = before.empty() ? bytes : joined.pop();
    return false;
  }
  session_ =
      services_.make_session(protocol, services_.heads, services_.loop.blocks(), services_.snapshot->options.limits);
  if (!session_) {
    services_.metrics.connections_refused.add();
    over();
    return false;
  }
  channel_.write_from(session_->output());
  if (before.empty()) return true;
  session_->feed(std::move(before));
  dispatch();
  return !over_ && !closing_ && session_->needs_input();
}

void Client::dispatch() {
  wire::ServerEvent event;
  while (!over_ && !closing_) {
    ServerStream* first = streams_.empty() ? nullptr : &streams_.front();
    ByteCount most = services_.loop.blocks().allowance(services_.snapshot->options.body_buffer);
    if (first && first->inbox().data.size() >= most) {
      channel_.pause_reading();
      return;
    }
    session_->poll(event);
    if (event.kind == wire::ServerEvent::Kind::none) break;
    if (event.kind == wire::ServerEvent::Kind::head) {
      begin_stream(event);
      continue;
    }
    ServerStream* stream = find(event.stream);
    if (event.kind == wire::ServerEvent::Kind::error && !stream) {
      // An error in the content of a request that has been answered: there is nothing left to say.
      if (event.stream == last_begun_) return close_in_stages();
      begin_stream(event);
      continue;
    }
    if (!stream) continue;  // its exchange has ended already: the rest of the request is dropped
    wire::RequestInbox& inbox = stream->inbox();
    switch (event.kind) {
      case wire::ServerEvent::Kind::data: inbox.data.push(std::move(event.data)); break;
      case wire::ServerEvent::Kind::end:
        inbox.ended = true;
        inbox.trailers = std::move(event.trailers);
        break;
      case wire::ServerEvent::Kind::error: inbox.error = event.error; break;
      default: break;
    }
    stream->wake();
  }
  if (over_ || closing_) return;
  if (!session_->needs_input() && !streams_.empty()) {
    channel_.pause_reading();  // a further request waits in the session for this one's answer
    return;
  }
  if (!eof_) channel_.resume_reading();
  if (streams_.empty()) become_idle();
}

void Client::begin_stream(wire::ServerEvent& event) {
  auto stream = std::make_unique<ServerStream>(static_cast<StreamHost&>(*this), event.stream, services_.loop.blocks());
  streams_.push_back(*stream);
  stream->inbox().head = std::move(event.head);
  stream->inbox().framing = event.framing;
  if (event.kind == wire::ServerEvent::Kind::error) {
    stream->inbox().error = event.error;
    stream->inbox().unparsed = true;
  }
  reading_head_ = false;
  last_begun_ = event.stream;
  stream.release();  // start_exchanges() or the destructor takes it from streams_
  services_.loop.run_soon(*this);
}

void Client::start_exchanges() {
  ServerStream* next = nullptr;
  for (ServerStream* stream = streams_.empty() ? nullptr : &streams_.front(); stream; stream = next) {
    next = streams_.after(*stream);
    if (std::exchange(stream->started_, true)) continue;
    tasks_.spawn(serve(services_, std::unique_ptr<ServerStream>(stream)));
  }
}

// One exchange. Destroying this task at any point ends the exchange as "client gone".
io::Task<> Client::serve(Services& services, std::unique_ptr<ServerStream> stream) {
  Exchange exchange(services, *stream);
  io::Task<> story = exchange.run();
  co_await std::move(story);
}

ServerStream* Client::find(wire::StreamId id) {
  for (ServerStream* stream = streams_.empty() ? nullptr : &streams_.front(); stream;
       stream = streams_.after(*stream)) {
    if (stream->id() == id) return stream;
  }
  return nullptr;
}

void Client::stream_over(ServerStream& stream) {
  static_cast<Link&>(stream).unlink();
  if (!over_) services_.loop.run_soon(*this);
}

void Client::run() {
  if (taken_over_ && streams_.empty()) over();
  if (over_ || closing_ || !session_) return;
  start_exchanges();
  if (cut_hard_) channel_.abort();
  if (cut_hard_ && streams_.empty()) return over();
  bool last = !session_->persistent() || cut_;
  if (streams_.empty() && last) return close_in_stages();
  dispatch();
  if (!over_ && !closing_ && eof_ && streams_.empty()) close_in_stages();
}

void Client::become_idle() {
  bool between = session_->idle();
  Instant now = services_.loop.now();
  if (between) {
    reading_head_ = false;
    waiting_since_ = now;
  } else if (!reading_head_) {
    reading_head_ = true;
    waiting_since_ = now;
  } else {
    return;
  }
  const Timeouts& timeouts = services_.snapshot->options.timeouts;
  Instant due = waiting_since_ + (reading_head_ ? timeouts.head : timeouts.idle_client);
  // Usually armed already, for an earlier instant: on_timer() looks again then. The hot path does not touch the wheel.
  if (!timer_.armed() || timer_.deadline() > due) timer_.arm(due);
}

void Client::on_timer() {
  if (over_ || closing_ || !streams_.empty()) return;
  const Timeouts& timeouts = services_.snapshot->options.timeouts;
  // A client that still reads the last response is not idle yet.
  if (!reading_head_) waiting_since_ = std::max(waiting_since_, channel_.written_at());
  Instant due = waiting_since_ + (reading_head_ ? timeouts.head : timeouts.idle_client);
  if (services_.loop.now() < due) {
    timer_.arm(due);
    return;
  }
  if (reading_head_ && session_ && !session_->idle()) {
    // The head never became complete: say so, then close (RFC 9110 §15.5.9).
    wire::ServerEvent event;
    session_->give_up(event);
    if (event.stream == 0) return close_in_stages();
    event.error = client_error(408, "the request head was not complete in time", "RFC 9110 §15.5.9");
    begin_stream(event);
    return;
  }
  close_in_stages();
}

void Client::make_room() {
  if (waiting_since() == kNever) return;
  closing_ = true;
  timer_.disarm();
  channel_.finish(false);
}

void Client::inbox_taken() {
  if (over_ || closing_ || channel_.reading()) return;
  services_.loop.run_soon(*this);
}

void Client::on_eof() {
  eof_ = true;
  if (!session_) {
    over();
    return;
  }
  session_->feed_eof();
  on_drained();  // the exchanges look again: from now on their client may be gone
  dispatch();
  if (!over_ && !closing_ && streams_.empty()) close_in_stages();
}

void Client::on_drained() {
  for (ServerStream* stream = streams_.empty() ? nullptr : &streams_.front(); stream;
       stream = streams_.after(*stream)) {
    stream->wake();
  }
}

void Client::on_broken(const Error&) { over(); }

void Client::on_finished() { over(); }

void Client::close_in_stages() {
  if (closing_ || over_) return;
  closing_ = true;
  timer_.disarm();
  channel_.finish(!session_ || !session_->client_done());
}

// A response that was cut: with a known length or chunks a close shows it. A close-delimited one would look complete, so
// that connection is reset.
void Client::cut(bool hard) {
  cut_ = true;
  cut_hard_ |= hard;
}

void Client::over() {
  if (over_) return;
  over_ = true;
  timer_.disarm();
  io::Runnable::unlink();
  tasks_.cancel_all();
  place_ = {};
  keeper_.on_client_over(*this);
}

void Client::cut_now() {
  over_ = true;
  timer_.disarm();
  io::Runnable::unlink();
  tasks_.cancel_all();
  channel_.abort();
}

void Client::drain(Instant idle_before) {
  if (over_ || closing_ || waiting_since_ > idle_before) return;
  if (streams_.empty() && (!session_ || session_->idle())) close_in_stages();
}

RawClient Client::take_over(wire::StreamId id) {
  RawClient raw;
  raw.early = session_->take_over(id);
  raw.stream = channel_.release();
  raw.place = std::move(place_);
  // The task that asked still runs: the client goes when it has ended.
  taken_over_ = closing_ = true;
  timer_.disarm();
  return raw;
}

}  // namespace porthole::proxy
