// See server_session.h. A stream is one request and its response; the two may end in either order, and the next request
// is looked at when both have.
#include "wire/h1/server_session.h"

#include "http/hop_by_hop.h"
#include "wire/h1/session.h"

namespace porthole::wire::h1 {
namespace {

// RFC 9112 §3.2: exactly one valid Host in 1.1, at most one in 1.0, even though an absolute target wins over it.
Result<void> check_host(const http::RequestHead& head) {
  constexpr const char* kClause = "RFC 9112 §3.2";
  const http::Field* host = nullptr;
  for (const http::Field& field : head.fields) {
    if (field.id != http::FieldName::host) continue;
    if (host) return fail(client_error(400, "more than one Host", kClause));
    host = &field;
  }
  if (!host) {
    if (head.version == http::Version::http10) return {};
    return fail(client_error(400, "no Host", kClause));
  }
  // A browser writes the authority of the target once more; that was judged already.
  const http::Target& target = head.target;
  if (target.form == http::TargetForm::absolute && target.authority.kind != http::HostKind::ipv6 &&
      target.authority.port == 0 && host->value == target.authority.host) {
    return {};
  }
  if (!http::parse_authority(host->value, false))
    return fail(client_error(400, "Host is not a host and a port", kClause));
  return {};
}

Result<http::Framing> judge(const http::RequestHead& head) {
  PH_CHECK(check_host(head));
  return http::request_framing(head);
}

}  // namespace

std::unique_ptr<ServerSession> make_server_session(HeadPools& pools, BlockPool& blocks, const Limits& limits) {
  return std::make_unique<H1ServerSession>(pools, blocks, limits);
}

H1ServerSession::H1ServerSession(HeadPools& pools, BlockPool& blocks, const Limits& limits)
    : pools_(pools), limits_(limits), output_(blocks) {}

void H1ServerSession::feed(Bytes bytes) {
  PH_ASSERT(needs_input());
  input_ = std::move(bytes);
}

bool H1ServerSession::needs_input() const {
  if (eof_ || !input_.empty() || receiving_ == Receiving::stopped) return false;
  // A draining server still takes the request that has begun to arrive.
  return !closing_ || receiving_ == Receiving::content || (receiving_ == Receiving::head && head_);
}

bool H1ServerSession::idle() const { return receiving_ == Receiving::head && !head_ && input_.empty(); }

void H1ServerSession::poll(ServerEvent& event) {
  event.kind = ServerEvent::Kind::none;
  event.stream = stream_;
  event.head.reset();
  event.data.clear();
  event.trailers.reset();
  if (receiving_ == Receiving::head) poll_head(event);
  else if (receiving_ == Receiving::content) poll_content(event);
}

void H1ServerSession::poll_head(ServerEvent& event) {
  if (!input_.empty()) {
    if (!head_) head_ = pools_.requests.take();
    Error error;
    switch (parser_.parse(input_, Section(*head_, limits_), error)) {
      case SectionParser::Outcome::error: return fail(event, error);
      case SectionParser::Outcome::complete: {
        Result<http::Framing> framing = judge(*head_);
        if (!framing) return fail(event, framing.error());
        last_request_ = http::wants_close(*head_);
        if (last_request_) closing_ = true;
        http10_ = head_->version == http::Version::http10;
        response_ended_ = false;
        receiving_ = Receiving::content;
        content_.begin(*framing, Side::client);
        event.kind = ServerEvent::Kind::head;
        event.stream = ++stream_;
        event.head = std::move(head_);
        event.framing = *framing;
        return;
      }
      case SectionParser::Outcome::more: break;
    }
    input_.clear();
    if (head_->raw.empty()) head_.reset();  // only an empty line, which is skipped: still idle
  }
  if (eof_ && head_) fail(event, client_error(400, "the client closed within a request head"));
}

void H1ServerSession::poll_content(ServerEvent& event) {
  Error error;
  switch (content_.next(input_, event.data, parser_, pools_, limits_, error)) {
    case ContentReader::Step::data: event.kind = ServerEvent::Kind::data; break;
    case ContentReader::Step::end:
      event.kind = ServerEvent::Kind::end;
      event.trailers = content_.take_trailers();
      receiving_ = Receiving::complete;
      begin_next_when_both_ended();
      break;
    case ContentReader::Step::error: return fail(event, error);
    case ContentReader::Step::more:
      if (eof_) return fail(event, client_error(400, "the client closed within the content", "RFC 9112 §8"));
      break;
  }
  if (input_.empty()) input_.clear();  // lets go of the block
}

void H1ServerSession::fail(ServerEvent& event, const Error& error) {
  if (receiving_ == Receiving::head) {  // the answer needs a stream
    ++stream_;
    response_ended_ = false;
  }
  receiving_ = Receiving::stopped;
  closing_ = true;
  event.kind = ServerEvent::Kind::error;
  event.stream = stream_;
  event.head = std::move(head_);
  event.error = error;
  content_.abandon();
  input_.clear();
}

void H1ServerSession::begin_next_when_both_ended() {
  if (receiving_ != Receiving::complete || !response_ended_) return;
  receiving_ = closing_ ? Receiving::stopped : Receiving::head;
  last_request_read_ = last_request_ && input_.empty();
  parser_.reset();  // not with the first octet: an empty line that was skipped is remembered
  if (closing_) input_.clear();
}

// RFC 9110 §15.2: an HTTP/1.0 client is sent no 1xx.
void H1ServerSession::send_interim(StreamId stream, const http::ResponseHead& head) {
  PH_ASSERT(is_current(stream));
  PH_DASSERT(head.status < 200);
  if (!http10_) write_head(output_, head);
}

void H1ServerSession::send_head(StreamId stream, const http::ResponseHead& head, const http::Framing& framing) {
  PH_ASSERT(is_current(stream) && !response_ended_);
  if (framing.kind == http::Framing::Kind::until_close) closing_ = true;
  if (http::has_token(head.fields, http::FieldName::connection, "close")) closing_ = true;
  write_head(output_, head);
  response_.begin(framing);
}

void H1ServerSession::send_data(StreamId stream, Bytes data) {
  PH_ASSERT(is_current(stream) && !response_ended_);
  response_.data(output_, std::move(data));
}

void H1ServerSession::send_end(StreamId stream, const http::Fields* trailers) {
  PH_ASSERT(is_current(stream) && !response_ended_);
  if (!response_.end(output_, trailers)) closing_ = true;
  response_ended_ = true;
  begin_next_when_both_ended();
}

void H1ServerSession::reset(StreamId stream, const Error&) {
  if (!is_current(stream)) return;
  receiving_ = Receiving::stopped;
  closing_ = true;
  content_.abandon();
  input_.clear();
}

void H1ServerSession::give_up(ServerEvent& event) {
  event.stream = 0;
  if (receiving_ == Receiving::head) fail(event, {});
}

bool H1ServerSession::persistent() const {
  return !closing_ && receiving_ != Receiving::stopped && !(eof_ && input_.empty());
}

Bytes H1ServerSession::take_over(StreamId stream) {
  PH_ASSERT(is_current(stream));
  receiving_ = Receiving::stopped;
  closing_ = true;
  return std::exchange(input_, Bytes());
}

std::uint64_t H1ServerSession::plain_content_left(StreamId stream) const {
  if (!is_current(stream) || receiving_ != Receiving::content || !input_.empty()) return 0;
  return content_.plain_left();
}

void H1ServerSession::skip_received(StreamId stream, std::uint64_t bytes) {
  PH_ASSERT(bytes <= plain_content_left(stream));
  content_.skip(bytes);
}

std::uint64_t H1ServerSession::plain_content_due(StreamId stream) const {
  return is_current(stream) && !response_ended_ ? response_.plain_due() : 0;
}

void H1ServerSession::skip_sent(StreamId stream, std::uint64_t bytes) {
  PH_ASSERT(is_current(stream));
  response_.skip(bytes);
}

}  // namespace porthole::wire::h1
