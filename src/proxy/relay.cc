// See relay.h. One loop: do what can be done in both directions, then wait until something changed. Each step is a plain
// function; the only awaits are the wait and the splice.
#include "proxy/relay.h"

#include <algorithm>
#include <utility>

#include "http/forward_response.h"
#include "http/forward_trailers.h"
#include "http/hop_by_hop.h"
#include "io/pump.h"

namespace porthole::proxy {
namespace {

// Content shorter than this is copied: a splice costs a pipe and four more system calls (bench/ledger.csv).
constexpr std::uint64_t kSpliceMin = 256 * 1024;

}  // namespace

void Scratch::clear() {
  request_sent.clear();
  response_sent.clear();
  interim_sent.clear();
  request_changes.clear();
  response_changes.clear();
  trailers.clear();
}

Relay::Relay(const Parts& parts) : p_(parts), moved_at_(parts.services.loop.now()), flowing_since_(moved_at_) {
  seen_max_ = p_.tap ? p_.tap->content_wanted() : 0;
  if (p_.services.filters) {
    request_filter_ = p_.services.filters->make(flow::Direction::request, p_.request, nullptr);
  }
}

Relay::~Relay() = default;

void Relay::note_moving() { moved_at_ = p_.services.loop.now(); }

io::Task<RelayResult> Relay::run() {
  while (true) {
    Step step = step_request();
    if (step == Step::wait) step = step_response();
    if (step == Step::wait && worth_splicing()) {
      io::Task<Step> spliced = splice();
      step = co_await std::move(spliced);
      if (step == Step::wait) continue;
    }
    if (step == Step::done) co_return RelayResult{.kind = RelayResult::Kind::complete, .error = {}, .head_sent = true};
    if (step == Step::upgraded)
      co_return RelayResult{.kind = RelayResult::Kind::upgraded, .error = {}, .head_sent = true};
    if (step == Step::failed) break;
    bool raised = co_await p_.wake.wait(deadline());
    if (raised || still_leaving()) continue;
    error_ = timeout_error();
    break;
  }
  co_return RelayResult{
      .kind = RelayResult::Kind::failed, .error = error_, .head_sent = head_sent_, .content_moved = content_moved_};
}

Instant Relay::deadline() const {
  const Timeouts& timeouts = p_.snapshot.options.timeouts;
  Duration quiet = head_sent_ ? timeouts.response_body : request_done_ ? timeouts.response_head : timeouts.body;
  if (p_.stream.congested() || splice_stuck_) quiet = std::min(quiet, timeouts.body);
  // A FIN may be a half-close, so the client is still answered; but not waited for as one that is certainly there.
  if (p_.stream.client_finished()) quiet = std::min(quiet, timeouts.half_closed);
  Instant due = moved_at_ + quiet;
  return p_.snapshot.options.rate_min == 0 ? due : std::min(due, least_rate_due());
}

// When the content that is waited for would have fallen below the least rate. Whoever makes the other wait is held to it;
// a client that reads slowly is by its channel, unless its bytes are spliced.
Instant Relay::least_rate_due() const {
  const Options& options = p_.snapshot.options;
  auto due = [&](Instant since, Duration grace, ByteCount bytes) {
    return since + grace + time_at_rate(bytes, options.rate_min);
  };
  if (!head_sent_) {
    if (request_done_ || p_.lease->congested()) return kNever;
    return due(flowing_since_, options.timeouts.body, p_.moved.in);
  }
  if (splice_stuck_) return due(stuck_since_, options.timeouts.body, p_.moved.out - stuck_from_);
  if (sent_framing_.kind != http::Framing::Kind::length || p_.stream.congested()) return kNever;
  return due(flowing_since_, options.timeouts.response_body, p_.moved.out);
}

// A wait has run out, but slow is not silent: what was queued long ago was still leaving meanwhile.
bool Relay::still_leaving() {
  Instant written = std::max(p_.stream.channel().written_at(), p_.lease->channel().written_at());
  if (written <= moved_at_) return false;
  moved_at_ = written;
  return true;
}

Error Relay::timeout_error() const {
  if (p_.stream.client_finished()) {
    return {.token = Token::none, .side = Side::client, .detail = "the client closed and nothing came for it"};
  }
  if (!head_sent_ && !request_done_) {
    // Who made the other wait: a server that takes no content, or a client that sends none.
    if (p_.lease->congested()) {
      return {.token = Token::connection_write_timeout,
              .side = Side::upstream,
              .status = 504,
              .detail = "the server stopped reading the request",
              .clause = "RFC 9110 §15.6.5"};
    }
    return client_error(408, "the request content stopped, or came too slowly", "RFC 9110 §15.5.9");
  }
  return {.token = head_sent_ ? Token::connection_read_timeout : Token::http_response_timeout,
          .side = p_.stream.congested() || splice_stuck_ ? Side::client : Side::upstream,
          .status = 504,
          .detail = "the server did not answer in time",
          .clause = "RFC 9110 §15.6.5"};
}

Relay::Step Relay::fail_with(const Error& error) {
  error_ = error;
  return Step::failed;
}

// Client to upstream. Content that stopped mattering (an early error response) is left to the connection to drop.
Relay::Step Relay::step_request() {
  if (request_done_ || stop_upload_) return Step::wait;
  wire::RequestInbox& inbox = p_.stream.inbox();
  bool took = false;
  while (!inbox.data.empty() && !p_.lease->congested()) {
    Bytes bytes = inbox.data.pop();
    took = content_moved_ = true;
    if (p_.tap && p_.moved.in < seen_max_)
      p_.tap->data(p_.tap.flow(), flow::Direction::request, p_.moved.in, bytes.view(), p_.services.loop.now());
    p_.moved.in += bytes.size();
    if (!request_filter_) {
      p_.lease->send_data(std::move(bytes));
      continue;
    }
    ByteQueue filtered(p_.services.loop.blocks());
    if (auto done = request_filter_->data(std::move(bytes), filtered); !done) return fail_with(done.error());
    while (!filtered.empty()) p_.lease->send_data(filtered.pop());
  }
  if (took) {
    note_moving();
    p_.stream.inbox_taken();
  }
  if (inbox.error) return fail_with(*inbox.error);
  if (!inbox.data.empty() || (!inbox.ended && p_.request_framing.has_content())) return Step::wait;
  if (request_filter_) {
    ByteQueue rest(p_.services.loop.blocks());
    if (auto done = request_filter_->end(rest); !done) return fail_with(done.error());
    while (!rest.empty()) p_.lease->send_data(rest.pop());
  }
  const http::Fields* trailers = nullptr;
  if (inbox.trailers) {
    if (p_.tap) p_.tap->trailers(p_.tap.flow(), flow::Direction::request, inbox.trailers->fields);
    http::forward_trailers(inbox.trailers->fields, p_.request.fields, p_.scratch.trailers, p_.scratch.request_changes);
    trailers = &p_.scratch.trailers;
  }
  p_.lease->send_end(trailers);
  request_done_ = true;
  note_moving();
  return Step::wait;
}

void Relay::pass_interims() {
  wire::ResponseInbox& inbox = p_.lease->inbox();
  for (Pooled<http::ResponseHead>& interim : inbox.interims) {
    note_moving();
    flowing_since_ = moved_at_;  // a client may have waited for 100
    if (p_.tap) p_.tap->interim(p_.tap.flow(), *interim, p_.services.loop.now());
    if (p_.request.version == http::Version::http10) continue;  // RFC 9110 §15.2: a 1.0 client cannot read it
    p_.scratch.interim_sent.clear();
    http::ResponseForwarding how{.via_name = p_.snapshot.options.via ? p_.snapshot.options.name : std::string_view(),
                                 .request_method = p_.request.method,
                                 .client_version = p_.request.version};
    if (http::forward_response(*interim, how, p_.scratch.interim_sent, p_.scratch.response_changes)) {
      if (p_.tap) p_.tap->interim_sent(p_.tap.flow(), p_.scratch.interim_sent, p_.scratch.response_changes, moved_at_);
      p_.stream.send_interim(p_.scratch.interim_sent);
    }
    p_.scratch.response_changes.clear();  // they point into the interim head, which goes now
  }
  inbox.interims.clear();
}

Relay::Step Relay::step_response() {
  wire::ResponseInbox& inbox = p_.lease->inbox();
  if (!inbox.interims.empty()) pass_interims();
  if (!head_sent_) {
    if (inbox.head) {
      Step step = begin_response();
      if (step != Step::wait) return step;
    } else if (inbox.error) {
      return fail_with(*inbox.error);
    } else {
      return Step::wait;
    }
  }
  bool took = false;
  while (!inbox.data.empty() && !p_.stream.congested()) {
    took = true;
    if (auto pushed = push_response(inbox.data.pop()); !pushed) return fail_with(pushed.error());
  }
  if (took) {
    note_moving();
    p_.lease->resume();
  }
  if (!inbox.data.empty()) return Step::wait;
  if (inbox.error) return fail_with(*inbox.error);
  return inbox.ended ? end_response() : Step::wait;
}

Result<> Relay::push_response(Bytes bytes) {
  if (p_.tap && p_.moved.out < seen_max_)
    p_.tap->data(p_.tap.flow(), flow::Direction::response, p_.moved.out, bytes.view(), p_.services.loop.now());
  p_.moved.out += bytes.size();
  if (!response_filter_) {
    p_.stream.send_data(std::move(bytes));
    return {};
  }
  ByteQueue filtered(p_.services.loop.blocks());
  PH_CHECK(response_filter_->data(std::move(bytes), filtered));
  while (!filtered.empty()) p_.stream.send_data(filtered.pop());
  return {};
}

// Each protocol that the 101 names must be one that the request offered.
bool Relay::asked_to_switch() const {
  const http::Fields& offered = p_.scratch.request_sent.fields;
  if (!offered.has(http::FieldName::upgrade)) return false;
  for (const http::Field& field : response_->fields) {
    if (field.id != http::FieldName::upgrade) continue;
    bool known = http::for_each_element(field.value, [&](std::string_view protocol) {
      return http::has_token(offered, http::FieldName::upgrade, protocol);
    });
    if (!known) return false;
  }
  return true;
}

Relay::Step Relay::begin_response() {
  wire::ResponseInbox& inbox = p_.lease->inbox();
  response_ = std::move(inbox.head);
  note_moving();
  flowing_since_ = moved_at_;
  const Options& options = p_.snapshot.options;
  if (p_.tap) p_.tap->response_received(p_.tap.flow(), *response_, inbox.framing, p_.services.loop.now());

  bool upgrade = response_->status == 101;
  if (upgrade && !asked_to_switch()) {
    return fail_with(upstream_error(Token::http_upgrade_failed,
                                    "the server switched to a protocol that was not asked for", "RFC 9110 §7.8"));
  }
  // An early error: the rest of the request is not wanted, so it is not sent, and this connection ends with the answer. Where
  // only the server's close ends the answer, it may read the request first: then it gets it.
  bool ends_by_itself = inbox.framing.kind != http::Framing::Kind::until_close;
  if (!request_done_ && response_->status >= 300 && ends_by_itself) stop_upload_ = true;
  if (p_.services.filters && !upgrade) {
    response_filter_ = p_.services.filters->make(flow::Direction::response, p_.request, response_.get());
  }
  http::ResponseForwarding how{.via_name = options.via ? options.name : std::string_view(),
                               .framing = inbox.framing,
                               .request_method = p_.request.method,
                               .client_version = p_.request.version,
                               .close = http::wants_close(p_.request) || p_.services.draining || stop_upload_,
                               .date = p_.services.date(),
                               .upgrade = upgrade};
  if (response_filter_ && how.framing.has_content()) how.framing = {.kind = http::Framing::Kind::until_close};
  auto framing = http::forward_response(*response_, how, p_.scratch.response_sent, p_.scratch.response_changes);
  if (!framing) return fail_with(framing.error());
  sent_framing_ = *framing;
  p_.moved.status = response_->status;
  if (p_.tap) {
    p_.tap->response_sent(p_.tap.flow(), p_.scratch.response_sent, p_.scratch.response_changes, p_.services.loop.now());
  }
  head_sent_ = true;
  if (upgrade) {
    p_.stream.send_interim(p_.scratch.response_sent);
    return Step::upgraded;
  }
  p_.stream.send_head(p_.scratch.response_sent, sent_framing_);
  return Step::wait;
}

Relay::Step Relay::end_response() {
  wire::ResponseInbox& inbox = p_.lease->inbox();
  if (response_filter_) {
    ByteQueue rest(p_.services.loop.blocks());
    if (auto done = response_filter_->end(rest); !done) return fail_with(done.error());
    while (!rest.empty()) p_.stream.send_data(rest.pop());
  }
  const http::Fields* trailers = nullptr;
  if (inbox.trailers) {
    if (p_.tap) p_.tap->trailers(p_.tap.flow(), flow::Direction::response, inbox.trailers->fields);
    p_.scratch.trailers.clear();
    http::forward_trailers(inbox.trailers->fields, response_->fields, p_.scratch.trailers, p_.scratch.response_changes);
    trailers = &p_.scratch.trailers;
  }
  if (!request_done_) p_.stream.close_after_this();
  p_.stream.send_end(trailers);
  return Step::done;
}

bool Relay::worth_splicing() const {
  if (!head_sent_ || splice_tried_ || response_filter_ || p_.moved.out < seen_max_ || !request_done_) return false;
  if (sent_framing_.kind != http::Framing::Kind::length || !p_.lease->inbox().data.empty()) return false;
  if (p_.lease->unsent() > 0) return false;  // an early answer: the request's last bytes wait for the server to read
  std::uint64_t left = p_.lease->plain_content_left();
  return left >= kSpliceMin && left == p_.stream.plain_content_due();
}

namespace {

// Raises the exchange's signal when either bare stream is ready.
class RaiseWhenReady final : public io::ReadyListener {
 public:
  explicit RaiseWhenReady(io::Signal& wake) : wake_(wake) {}
  void on_readable() override { wake_.raise(); }
  void on_writable() override { wake_.raise(); }
  void on_hangup() override { wake_.raise(); }

 private:
  io::Signal& wake_;
};

// Gives the streams back to their channels, also when the exchange is destroyed in the middle.
class Lending {
 public:
  Lending(io::Channel& client, io::Channel& upstream, io::ReadyListener& listener)
      : client_(client), upstream_(upstream), to_(client.lend(listener)), from_(upstream.lend(listener)) {}
  ~Lending() {
    client_.take_back();
    upstream_.take_back();
  }
  io::Stream& to() { return to_; }
  io::Stream& from() { return from_; }

 private:
  io::Channel& client_;
  io::Channel& upstream_;
  io::Stream& to_;
  io::Stream& from_;
};

}  // namespace

void Relay::note_stuck(bool stuck) {
  if (stuck && !splice_stuck_) {
    stuck_since_ = p_.services.loop.now();
    stuck_from_ = p_.moved.out;
  }
  splice_stuck_ = stuck;
}

// The rest of the content goes from socket to socket. Both sessions are told how much went past them.
io::Task<Relay::Step> Relay::splice() {
  splice_tried_ = true;
  p_.lease->pause_reading();
  while (p_.stream.unsent() > 0) {
    p_.stream.tell_when_sent();
    bool raised = co_await p_.wake.wait(deadline());
    if (!raised && !still_leaving()) co_return fail_with(timeout_error());
  }
  std::uint64_t left = p_.lease->plain_content_left();
  if (left < kSpliceMin || left != p_.stream.plain_content_due()) {
    p_.lease->resume();
    co_return Step::wait;
  }
  p_.services.metrics.splices.add();
  RaiseWhenReady ready(p_.wake);
  Lending lending(p_.stream.channel(), p_.lease->channel(), ready);
  io::Pump pump(p_.services.loop, p_.services.pipes, lending.from(), lending.to(), Side::upstream);
  pump.limit(left);
  ByteCount before = 0;
  while (pump.state() == io::Pump::State::open) {
    bool more = pump.step();
    if (ByteCount step = pump.moved() - std::exchange(before, pump.moved()); step > 0) {
      note_moving();
      p_.moved.out += step;
      if (p_.tap) p_.tap->unseen(p_.tap.flow(), flow::Direction::response, step);
    }
    note_stuck(pump.stuck());
    if (pump.state() != io::Pump::State::open) break;
    if (more) {
      p_.wake.raise_next_turn();
    }
    bool raised = co_await p_.wake.wait(deadline());
    if (!raised) co_return fail_with(timeout_error());
  }
  if (pump.state() == io::Pump::State::failed) co_return fail_with(pump.error());
  p_.lease->skip_received(left);
  p_.stream.skip_sent(left);
  p_.lease->resume();
  co_return Step::wait;
}

}  // namespace porthole::proxy
