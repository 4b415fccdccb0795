// See exchange.h. Read run() first.
#include "proxy/exchange.h"

#include <algorithm>

#include "http/forward_request.h"
#include "http/hop_by_hop.h"
#include "http/target.h"
#include "proxy/own_answer.h"

namespace porthole::proxy {
namespace {

// host or host:port as the client asked for it; empty in origin-form.
std::string_view asked_host(const http::RequestHead& request) {
  if (request.target.form == http::TargetForm::authority) return request.target_text;
  if (request.target.authority.host.empty()) return {};
  std::string_view rest = request.target_text.substr(request.target.scheme_text.size() + 3);
  return rest.substr(0, rest.find_first_of("/?"));
}

// Content of an unanswered request that is read and dropped so that the connection can stay (bad-inputs 42); more closes it.
constexpr std::uint64_t kDrainMax = 64 * 1024;

Error denied(std::uint16_t status, const char* detail, const char* clause) {
  Error error = client_error(status, detail, clause);
  error.token = Token::http_request_denied;
  return error;
}

}  // namespace

Exchange::Exchange(Services& services, ServerStream& stream)
    : services_(services),
      stream_(stream),
      snapshot_(services.snapshot),
      wake_(services.loop),
      begun_at_(services.loop.now()),
      begun_(services.loop.clock().wall()),
      flow_(services.next_flow()),
      scratch_(services.scratches.take()) {
  if (services.sink && services.sink->wants(stream.facts().client)) tap_ = flow::Tap(services.sink, flow_);
  services_.metrics.exchanges.add(1);
  stream_.set_waker(&wake_);
  if (tap_) tap_->begin(flow_, stream_.facts().client, begun_at_);
}

Exchange::~Exchange() {
  stream_.set_waker(nullptr);
  if (!ended_) end(flow::End::client_gone, Token::none);
  services_.metrics.exchanges.add(-1);
}

io::Task<> Exchange::run() {
  if (!receive()) co_return;
  if (!admit()) co_return;
  if (answer_ourselves()) co_return;
  io::Task<> rest = request_->method == http::Method::connect ? connect() : forward();
  co_await std::move(rest);
}

// The head, or the reason why there is none.
bool Exchange::receive() {
  wire::RequestInbox& inbox = stream_.inbox();
  request_ = std::move(inbox.head);
  framing_ = inbox.framing;
  if (request_ && tap_) trace().received(*request_, framing_, inbox.unparsed);
  if (!inbox.error) return true;
  refuse(*inbox.error);
  return false;
}

rules::Facts Exchange::facts() const {
  return {.client = stream_.facts().client,
          .request = request_.get(),
          .response = nullptr,
          .host = request_->target.authority.host,
          .port = http::effective_port(request_->target.authority, request_->target.scheme)};
}

// Who may ask, and what.
bool Exchange::admit() {
  if (stream_.facts().over_limit) {
    deny("limits.per_client", denied(429, "this address holds as many connections as it may", "RFC 6585 §4"));
    return false;
  }
  if (!snapshot_->access.admits(stream_.facts().client.ip.unmapped())) {
    deny("proxy.clients", denied(403, "this address may not use the proxy", "RFC 9110 §15.5.4"));
    return false;
  }
  rules::Verdict verdict = snapshot_->rules->decide(rules::Phase::request, facts());
  if (verdict.kind == rules::Verdict::Kind::deny) {
    deny(verdict.rule, verdict.error);
    return false;
  }
  if (!verdict.rule.empty()) trace().ruled(verdict.rule, "pass");
  return true;
}

void Exchange::deny(std::string_view rule, const Error& error) {
  trace().ruled(rule, "deny");
  refuse(error);
}

// Requests whose final recipient we are, and those that nobody can answer. True: answered.
bool Exchange::answer_ourselves() {
  Result<OwnAnswer> answer = own_answer_to(*request_);
  if (!answer) {
    refuse(answer.error());
    return true;
  }
  if (*answer == OwnAnswer::none) return false;
  if (*answer == OwnAnswer::page) {
    answer_with_page();
    return true;
  }
  Reply reply;
  if (*answer == OwnAnswer::trace) compose_trace(reply_facts(), reply);
  else compose_options(reply_facts(), reply);
  send_reply(reply, close_after_own_answer());
  end(flow::End::answered, Token::none);
  return true;
}

void Exchange::answer_with_page() {
  const ClientFacts& client = stream_.facts();
  std::string_view path = request_->target.path_and_query;
  path = path.substr(0, path.find('?'));
  std::string address = client.listener.port != 0 && !client.listener.ip.unspecified()
                            ? client.listener.text()
                            : stream_.channel().stream().local().text();
  auto page = services_.pages.page(path.empty() ? "/" : path, address);
  Error error{.token = Token::proxy_internal_response, .side = Side::client};
  if (!page) {
    error.status = 404;
    error.detail = "the proxy has no such page";
    return refuse(error);
  }
  if (request_->method != http::Method::get && request_->method != http::Method::head) {
    error.status = 405;
    error.detail = "this page only answers GET and HEAD";
    return refuse(error);
  }
  Reply reply;
  compose_page(*page, reply_facts(), reply);
  send_reply(reply, close_after_own_answer());
  end(flow::End::answered, Token::none);
}

upstream::Route Exchange::route(upstream::DialWatch* watch) const {
  const http::Authority& authority = request_->target.authority;
  return {.kind = authority.kind,
          .host = authority.host,
          .port = http::effective_port(authority, request_->target.scheme),
          .guarded = stream_.facts().guarded,
          .policy = snapshot_->addresses,
          .watch = watch};
}

// The outgoing head.
bool Exchange::prepare() {
  http::RequestForwarding how{.via_name = snapshot_->options.via ? snapshot_->options.name : std::string_view(),
                              .framing = framing_};
  auto composed = http::forward_request(*request_, how, scratch_->request_sent, scratch_->request_changes);
  if (composed) return true;
  refuse(composed.error());
  return false;
}

// A connection to the server: a warm one at once, else dialled or waited for.
io::Task<bool> Exchange::acquire(bool fresh) {
  if (!fresh) lease_ = services_.pool.take_idle(route());
  if (!lease_) {
    Instant deadline = services_.loop.now() + snapshot_->options.timeouts.response_head;
    Trace trace = this->trace();
    io::Task<Result<upstream::Lease>> leasing = services_.pool.lease(route(trace.watch()), fresh, deadline);
    auto lease = co_await std::move(leasing);
    if (!lease) {
      refuse(lease.error());
      co_return false;
    }
    lease_ = std::move(*lease);
  }
  served_ = static_cast<std::uint16_t>(std::min<std::uint32_t>(lease_->served(), UINT16_MAX));
  upstream_ = lease_->address();
  co_return true;
}

io::Task<> Exchange::forward() {
  if (!prepare()) co_return;
  for (bool fresh = false;; fresh = true) {
    io::Task<bool> acquiring = acquire(fresh);
    bool standing = co_await std::move(acquiring);
    if (!standing) co_return;
    lease_->open(wake_);
    lease_->send_head(scratch_->request_sent, framing_);
    if (tap_) tap_->request_sent(flow_, scratch_->request_sent, scratch_->request_changes, services_.loop.now());

    Relay relay({.services = services_,
                 .stream = stream_,
                 .lease = lease_,
                 .wake = wake_,
                 .snapshot = *snapshot_,
                 .tap = tap_,
                 .request = *request_,
                 .request_framing = framing_,
                 .scratch = *scratch_,
                 .moved = moved_});
    io::Task<RelayResult> relaying = relay.run();
    RelayResult result = co_await std::move(relaying);

    // RFC 9110 §9.2.2: a kept connection that died before its first response byte may be replaced once, for an idempotent
    // request whose content has not been touched.
    bool again = result.kind == RelayResult::Kind::failed && !fresh && served_ > 0 &&
                 result.error.retry == Retry::safe && !result.content_moved && http::is_idempotent(request_->method);
    if (again) {
      services_.metrics.retries.add();
      trace().retried(result.error);
      lease_ = {};
      continue;
    }
    if (result.kind == RelayResult::Kind::upgraded) {
      Instant deadline = services_.loop.now() + snapshot_->options.timeouts.body;
      while (lease_->unsent() > 0 && !lease_->inbox().error) {
        lease_->channel().tell_when_empty();
        bool raised = co_await wake_.wait(deadline);
        if (!raised) break;
      }
      // The server may be gone since its 101, or take no byte of what it switched for.
      if (lease_->inbox().error || lease_->unsent() > 0) {
        result.error = lease_->inbox().error.value_or(upstream_error(
            Token::connection_write_timeout, "the server stopped reading after its 101", "RFC 9110 §7.8"));
        respond_failed(result);
        co_return;
      }
      upstream::Connection::Raw raw = lease_->take_over();
      io::Task<> joining = become_tunnel({std::move(raw.stream), std::move(raw.early)}, 101);
      co_await std::move(joining);
      co_return;
    }
    if (result.kind == RelayResult::Kind::complete) {
      tell_paths();
      lease_ = {};  // back to the pool before the next request is read
      end(flow::End::complete, Token::none);
    } else {
      respond_failed(result);
    }
    co_return;
  }
}

// The relay gave up: an answer when none has begun, else a cut that the client can see.
void Exchange::respond_failed(const RelayResult& result) {
  Error error = result.error;
  tell_paths();
  lease_ = {};
  if (!result.head_sent) {
    if (error.status == 0 && error.side != Side::client) error.status = 502;
    refuse(error);
    return;
  }
  bool until_close = scratch_->response_sent.fields.find(http::FieldName::content_length) == nullptr &&
                     scratch_->response_sent.fields.find(http::FieldName::transfer_encoding) == nullptr;
  stream_.reset(error, until_close);
  bool late = error.token == Token::connection_read_timeout || error.token == Token::connection_write_timeout;
  flow::End how = late                         ? flow::End::timed_out
                  : error.side == Side::client ? flow::End::client_gone
                                               : flow::End::upstream_broke;
  end(how, error.side == Side::client ? Token::none : error.token);
}

io::Task<> Exchange::connect() {
  std::uint16_t port = request_->target.authority.port;
  if (!snapshot_->options.connect_ports.allow(port, stream_.facts().guarded)) {
    deny("proxy.connect_ports", denied(403, "CONNECT to this port is not allowed", "RFC 9110 §9.3.6"));
    co_return;
  }
  Trace trace = this->trace();
  io::Task<Result<upstream::Dialed>> dialing = services_.pool.dial(route(trace.watch()));
  auto dialed = co_await std::move(dialing);
  if (!dialed) {
    refuse(dialed.error());
    co_return;
  }
  upstream_ = dialed->address;
  http::ResponseHead& head = scratch_->response_sent;
  head.status = 200;
  head.reason = "Connection established";
  if (tap_) tap_->response_sent(flow_, head, scratch_->response_changes, services_.loop.now());
  stream_.send_head(head, {});
  io::Task<> joining = become_tunnel({std::move(dialed->stream), {}}, 200);
  co_await std::move(joining);
}

// Waits until the client has our head, then joins the two bare streams and leaves them to the worker.
io::Task<> Exchange::become_tunnel(Tunnel::Side upstream, std::uint16_t status) {
  moved_.status = status;
  Instant deadline = services_.loop.now() + snapshot_->options.timeouts.body;
  while (stream_.unsent() > 0) {
    stream_.tell_when_sent();
    bool raised = co_await wake_.wait(deadline);
    if (!raised) co_return;  // the destructor ends it: the client does not read
  }
  auto record = std::make_unique<TunnelRecord>();
  record->tap = tap_;
  record->flow = flow_;
  record->method = request_->method_text;
  record->target = request_->target_text;
  record->host = asked_host(*request_);
  record->status = status;
  record->version = request_->version;
  record->client = stream_.facts().client;
  record->upstream = upstream_;
  record->served = served_;
  record->begun = begun_;
  record->begun_at = begun_at_;
  RawClient raw = stream_.take_over();
  ended_ = true;  // the tunnel ends the flow
  count_request(Token::none);
  services_.tunnels.keep(std::make_unique<Tunnel>(services_, Tunnel::Side{std::move(raw.stream), std::move(raw.early)},
                                                  std::move(upstream), std::move(record), std::move(raw.place)));
}

ReplyFacts Exchange::reply_facts() {
  return {.proxy_name = snapshot_->options.name,
          .flow = flow_,
          .request = request_.get(),
          .loopback_client = stream_.facts().client.ip.loopback(),
          .date = services_.date()};
}

// May the connection go on after an answer of ours? Not when request content is still to come that is not worth reading.
bool Exchange::close_after_own_answer() const {
  if (!request_ || http::wants_close(*request_) || services_.draining || stream_.inbox().error) return true;
  if (stream_.facts().over_limit) return true;
  if (stream_.inbox().ended || !framing_.has_content()) return false;
  bool short_rest = framing_.kind == http::Framing::Kind::length && framing_.length <= kDrainMax;
  return !short_rest || request_->fields.has(http::FieldName::expect);
}

void Exchange::refuse(const Error& error) {
  bool client_left = error.status == 0;
  if (!client_left) {
    Reply reply;
    compose_error(error, reply_facts(), reply);
    // CONNECT: bytes may follow that were meant for the tunnel; they must not be read as requests (bad-inputs 38).
    // 400 means that client and proxy may not agree where the message ends.
    bool connect = request_ && request_->method == http::Method::connect;
    bool doubtful = error.status == 400 || error.status == 408;
    send_reply(reply, connect || doubtful || close_after_own_answer());
  } else {
    stream_.reset(error, false);
  }
  end(client_left ? flow::End::client_gone : flow::End::answered, error.token);
}

void Exchange::send_reply(Reply& reply, bool close) {
  moved_.status = reply.head.status;
  bool head_only = request_ && request_->method == http::Method::head;
  bool content = !reply.body.empty() && !head_only && reply.head.status != 304;
  if (close) {
    reply.head.fields.add(http::FieldName::connection, "close");
    stream_.close_after_this();
  }
  http::Framing framing;
  if (content) framing = {.kind = http::Framing::Kind::length, .length = reply.body.size()};
  if (tap_) tap_->response_sent(flow_, reply.head, {}, services_.loop.now());
  stream_.send_head(reply.head, framing);
  if (content) {
    if (tap_) tap_->data(flow_, flow::Direction::response, moved_.out, reply.body, services_.loop.now());
    ByteQueue body(services_.loop.blocks());
    body.append(reply.body);
    moved_.out += body.size();
    while (!body.empty()) stream_.send_data(body.pop());
  }
  stream_.send_end(nullptr);
}

// Before the lease goes.
void Exchange::tell_paths() const {
  if (!tap_ || !worth_a_look(served_ > 0, services_.loop.now() - begun_at_, moved_.in + moved_.out)) return;
  trace().tell_path(flow::Direction::request, stream_.channel().path());
  trace().tell_path(flow::Direction::response, lease_->channel().path());
}

void Exchange::count_request(Token error) {
  auto method = static_cast<std::size_t>(request_ ? request_->method : http::Method::other);
  std::size_t status_class = moved_.status == 0 ? 5 : std::min<std::size_t>(moved_.status / 100 - 1, 4);
  services_.metrics.requests[method][status_class][static_cast<std::size_t>(error)].add();
}

void Exchange::end(flow::End how, Token error) {
  ended_ = true;
  flow::Outcome outcome;
  std::string target, referer;  // what the outcome's views are of, should they have had user information
  outcome.flow = flow_;
  outcome.end = how;
  outcome.error = error;
  outcome.status = moved_.status;
  if (request_) {
    outcome.version = request_->version;
    outcome.method = request_->method_text;
    outcome.target = http::without_userinfo(request_->target_text, target);
    outcome.host = asked_host(*request_);
  }
  if (request_ && services_.access_log) {
    if (const http::Field* from = request_->fields.find(http::FieldName::referer))
      outcome.referer = http::without_userinfo(from->value, referer);
    if (const http::Field* agent = request_->fields.find(http::FieldName::user_agent))
      outcome.user_agent = agent->value;
  }
  outcome.client = stream_.facts().client;
  outcome.upstream = upstream_;
  outcome.reused = served_ > 0;
  outcome.served = served_;
  outcome.bytes_in = moved_.in;
  outcome.bytes_out = moved_.out;
  outcome.begun = begun_;
  outcome.took = services_.loop.now() - begun_at_;
  if (const http::Field* type = scratch_->response_sent.fields.find(http::FieldName::content_type))
    outcome.content_type = type->value;

  count_request(error);
  Metrics& metrics = services_.metrics;
  metrics.bytes_in.add(moved_.in);
  metrics.bytes_out.add(moved_.out);
  metrics.request_seconds.observe(outcome.took);
  if (services_.access_log) services_.access_log->add(outcome);
  if (!tap_) return;
  if ((how == flow::End::complete || how == flow::End::answered) && stream_.client_finished())
    trace().client_finished();
  if (request_ && outcome.method.empty()) {
    Trace::fill_from_unparsed(request_->raw, outcome);
    outcome.target = http::without_userinfo(outcome.target, target);
  }
  tap_->end(flow_, outcome, services_.loop.now());
}

}  // namespace porthole::proxy
