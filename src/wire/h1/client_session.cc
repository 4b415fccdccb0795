// See client_session.h. Everything that makes a connection unfit for a further request sets closing_.
#include "wire/h1/client_session.h"

#include "http/hop_by_hop.h"
#include "wire/h1/session.h"

namespace porthole::wire::h1 {
namespace {

constexpr Error kUnsolicited = {.token = Token::http_protocol_error,
                                .side = Side::upstream,
                                .status = 502,
                                .detail = "the server sent octets that nobody asked for",
                                .clause = "RFC 9112 §9.2"};

}  // namespace

std::unique_ptr<ClientSession> make_client_session(HeadPools& pools, BlockPool& blocks, const Limits& limits) {
  return std::make_unique<H1ClientSession>(pools, blocks, limits);
}

H1ClientSession::H1ClientSession(HeadPools& pools, BlockPool& blocks, const Limits& limits)
    : pools_(pools), limits_(limits), output_(blocks) {}

void H1ClientSession::feed(Bytes bytes) {
  PH_ASSERT(needs_input());
  input_ = std::move(bytes);
}

bool H1ClientSession::needs_input() const { return !eof_ && input_.empty() && receiving_ != Receiving::stopped; }

void H1ClientSession::poll(ClientEvent& event) {
  event.kind = ClientEvent::Kind::none;
  event.stream = stream_;
  event.head.reset();
  event.data.clear();
  event.trailers.reset();
  switch (receiving_) {
    case Receiving::nothing:
      if (!input_.empty()) fail(event, kUnsolicited);
      break;
    case Receiving::head: poll_head(event); break;
    case Receiving::content: poll_content(event); break;
    case Receiving::switched:
    case Receiving::stopped: break;
  }
}

void H1ClientSession::poll_head(ClientEvent& event) {
  if (!input_.empty()) {
    answered_ = true;
    if (!head_) {
      head_ = pools_.responses.take();
      parser_.reset();
    }
    Error error;
    switch (parser_.parse(input_, Section(*head_, limits_), error)) {
      case SectionParser::Outcome::error: return fail(event, error);
      case SectionParser::Outcome::complete: return take_head(event);
      case SectionParser::Outcome::more: input_.clear(); break;
    }
  }
  if (eof_) take_eof(event);
}

void H1ClientSession::take_head(ClientEvent& event) {
  if (!head_->tolerated.empty()) closing_ = true;
  if (head_->status < 200 && head_->status != 101) return take_interim(event);
  if (head_->status == 101 && !asked_to_upgrade_) {
    return fail(event, upstream_error(Token::http_upgrade_failed, "a 101 that was not asked for", "RFC 9110 §7.8"));
  }
  Result<http::Framing> framing = http::response_framing(*head_, method_, head_->tolerated);
  if (!framing) return fail(event, framing.error());
  if (closing_) framing->reuse_forbidden = true;
  if (framing->reuse_forbidden || framing->kind == http::Framing::Kind::until_close || http::wants_close(*head_)) {
    closing_ = true;
  }
  bool tunnel = head_->status == 101 || (method_ == http::Method::connect && head_->status < 300);
  if (tunnel) closing_ = true;
  receiving_ = tunnel ? Receiving::switched : Receiving::content;
  content_.begin(*framing, Side::upstream);
  event.kind = ClientEvent::Kind::head;
  event.framing = *framing;
  event.head = std::move(head_);
}

void H1ClientSession::take_interim(ClientEvent& event) {
  if (++interims_ > limits_.interim_responses) {
    return fail(event, upstream_error(Token::http_protocol_error, "too many interim responses", "RFC 9110 §15.2"));
  }
  event.kind = ClientEvent::Kind::interim;
  event.head = std::move(head_);
}

void H1ClientSession::poll_content(ClientEvent& event) {
  Error error;
  switch (content_.next(input_, event.data, parser_, pools_, limits_, error)) {
    case ContentReader::Step::data: event.kind = ClientEvent::Kind::data; break;
    case ContentReader::Step::end: return end_response(event);
    case ContentReader::Step::error: return fail(event, error);
    case ContentReader::Step::more:
      if (eof_) return take_eof(event);
      break;
  }
  if (input_.empty()) input_.clear();  // lets go of the block
}

void H1ClientSession::end_response(ClientEvent& event) {
  event.kind = ClientEvent::Kind::end;
  event.trailers = content_.take_trailers();
  receiving_ = Receiving::nothing;
  if (!input_.empty()) closing_ = true;  // nobody asked for what follows (bad-inputs 41)
  else input_.clear();
}

void H1ClientSession::take_eof(ClientEvent& event) {
  if (receiving_ == Receiving::content && content_.ends_with_close()) return end_response(event);
  constexpr const char* kClause = "RFC 9112 §8";
  if (answered_) {
    return fail(event,
                upstream_error(Token::http_response_incomplete, "the server closed within its response", kClause));
  }
  Error error = upstream_error(Token::connection_terminated, "the server closed before its response");
  error.retry = Retry::safe;
  fail(event, error);
}

void H1ClientSession::fail(ClientEvent& event, const Error& error) {
  event.kind = ClientEvent::Kind::error;
  event.stream = receiving_ == Receiving::nothing ? 0 : stream_;
  event.head = std::move(head_);
  event.error = error;
  receiving_ = Receiving::stopped;
  closing_ = true;
  content_.abandon();
  input_.clear();
}

bool H1ClientSession::available() const { return receiving_ == Receiving::nothing && request_ended_ && persistent(); }

StreamId H1ClientSession::open() {
  PH_ASSERT(available());
  receiving_ = Receiving::head;
  request_ended_ = false;
  answered_ = false;
  interims_ = 0;
  return ++stream_;
}

void H1ClientSession::send_head(StreamId stream, const http::RequestHead& head, const http::Framing& framing) {
  PH_ASSERT(is_current(stream) && !request_ended_);
  method_ = head.method;
  asked_to_upgrade_ = head.fields.has(http::FieldName::upgrade);
  if (http::has_token(head.fields, http::FieldName::connection, "close")) closing_ = true;
  write_head(output_, head);
  request_.begin(framing);
}

void H1ClientSession::send_data(StreamId stream, Bytes data) {
  PH_ASSERT(is_current(stream) && !request_ended_);
  request_.data(output_, std::move(data));
}

void H1ClientSession::send_end(StreamId stream, const http::Fields* trailers) {
  PH_ASSERT(is_current(stream) && !request_ended_);
  if (!request_.end(output_, trailers)) closing_ = true;
  request_ended_ = true;
}

void H1ClientSession::reset(StreamId stream) {
  if (!is_current(stream)) return;
  receiving_ = Receiving::stopped;
  closing_ = true;
  head_.reset();
  content_.abandon();
  input_.clear();
}

bool H1ClientSession::persistent() const {
  if (closing_ || eof_ || receiving_ == Receiving::stopped) return false;
  if (receiving_ == Receiving::nothing) return request_ended_ && input_.empty();
  return true;
}

Bytes H1ClientSession::take_over(StreamId stream) {
  PH_ASSERT(is_current(stream));
  receiving_ = Receiving::stopped;
  closing_ = true;
  return std::exchange(input_, Bytes());
}

std::uint64_t H1ClientSession::plain_content_left(StreamId stream) const {
  if (!is_current(stream) || receiving_ != Receiving::content || !input_.empty()) return 0;
  return content_.plain_left();
}

void H1ClientSession::skip_received(StreamId stream, std::uint64_t bytes) {
  PH_ASSERT(bytes <= plain_content_left(stream));
  content_.skip(bytes);
}

std::uint64_t H1ClientSession::plain_content_due(StreamId stream) const {
  return is_current(stream) && !request_ended_ ? request_.plain_due() : 0;
}

void H1ClientSession::skip_sent(StreamId stream, std::uint64_t bytes) {
  PH_ASSERT(is_current(stream));
  request_.skip(bytes);
}

}  // namespace porthole::wire::h1
