// See surroundings.h.
#include "sim/surroundings.h"

#include <cerrno>
#include <charconv>

#include <fmt/format.h>

#include "wire/h1/session.h"

namespace porthole::sim {

// ---- names ----

std::shared_ptr<const upstream::Addresses> SimResolver::cached(std::string_view name) {
  auto found = questions_.find(name);
  if (found == questions_.end() || !found->second.all || found->second.until <= world_.kernel.now()) return nullptr;
  return *found->second.all ? **found->second.all : nullptr;
}

io::Task<upstream::Resolver::Answer> SimResolver::resolve(std::string name, Instant deadline) {
  return wait(std::move(name), false, deadline);
}
io::Task<upstream::Resolver::Answer> SimResolver::rest(std::string name, Instant deadline) {
  return wait(std::move(name), true, deadline);
}

void SimResolver::say(Question& question, bool first, Answer answer) {
  (first ? question.first : question.all) = std::move(answer);
  for (io::Signal* signal : question.waiting) signal->raise();
}

SimResolver::Question& SimResolver::ask(const std::string& name) {
  Question& question = questions_[name];
  if (question.asked && question.until > world_.kernel.now()) return question;
  question.asked = true;
  question.first.reset();
  question.all.reset();
  question.until = kNever;
  const Origin* origin = nullptr;
  for (const Origin& one : world_.origins) origin = one.name == name ? &one : origin;
  if (!origin || origin->lookup_failure == 2) return question;  // nobody answers; who waits has a deadline
  auto answer_all = [this, &question, origin] {
    question.until = world_.kernel.now() + world_.kernel.up_to(std::chrono::seconds(20));
    if (origin->lookup_failure == 1) {
      Error none{.token = Token::dns_error, .side = Side::upstream, .status = 502, .detail = "the name does not exist"};
      say(question, true, fail(none));
      return say(question, false, fail(none));
    }
    auto made = std::make_shared<upstream::Addresses>();
    made->list = origin->addresses;
    made->resolved_at = world_.kernel.now();
    say(question, true, std::shared_ptr<const upstream::Addresses>(made));
    say(question, false, std::shared_ptr<const upstream::Addresses>(made));
  };
  if (origin->partial) {
    world_.kernel.later(origin->lookup, [this, &question, origin] {
      auto made = std::make_shared<upstream::Addresses>();
      made->list = {origin->addresses.front()};
      made->complete = false;
      say(question, true, std::shared_ptr<const upstream::Addresses>(made));
    });
  }
  world_.kernel.later(origin->lookup + world_.kernel.up_to(std::chrono::milliseconds(80)), answer_all);
  return question;
}

io::Task<upstream::Resolver::Answer> SimResolver::wait(std::string name, bool all, Instant deadline) {
  Question& question = ask(name);
  io::Signal signal(world_.kernel.loop());
  struct Place {
    Place(Question& q, io::Signal& s) : question(q), at(q.waiting.insert(q.waiting.end(), &s)) {}
    ~Place() { question.waiting.erase(at); }
    Question& question;
    std::list<io::Signal*>::iterator at;
  };
  Place place(question, signal);
  Instant end = std::min(deadline, world_.kernel.now() + kTimeout);
  if (world_.canary == Canary::forgotten_deadline) end = kNever;
  std::optional<Answer>& wanted = all ? question.all : question.first;
  while (!wanted) {
    bool raised = co_await signal.wait(end);
    if (!raised)
      co_return fail(Error{.token = Token::dns_timeout, .side = Side::upstream, .status = 504, .detail = "no answer"});
  }
  co_return *wanted;
}

// ---- the network ----

Result<std::unique_ptr<io::Stream>> SimNetwork::connect(const Endpoint& to) {
  if (static_cast<std::size_t>(world_.wires.open) >= world_.descriptors) {
    return fail(io::stream_error(Side::us, EMFILE));
  }
  std::size_t index = 0;
  while (index < world_.origins.size() && !world_.origins[index].dialling.contains(to.ip)) ++index;
  if (index == world_.origins.size()) {
    world_.violate(fmt::format("dialled {}, which is nobody's address", to.text()));
    return fail(io::stream_error(Side::upstream, ENETUNREACH));
  }
  int verdict = world_.origins[index].dialling.at(to.ip);
  if (verdict == ENETUNREACH) return fail(io::stream_error(Side::upstream, verdict));
  Attempt attempt = connecting(world_.wires, *Endpoint::parse("127.0.0.1:40000"), to);
  world_.note_pulse(attempt.pair.pulse);
  if (verdict == -1) return std::move(attempt.pair.stream);
  auto socket = std::make_shared<std::unique_ptr<Socket>>(std::move(attempt.pair.socket));
  world_.kernel.later(world_.kernel.up_to(world_.wires.latency),
                      [&world = world_, decide = std::move(attempt.decide), socket, verdict, index, port = to.port] {
                        decide(verdict);
                        if (verdict == 0) world.add_server(std::move(*socket), index, port);
                      });
  return std::move(attempt.pair.stream);
}

// ---- the recorder ----

void SimSink::begin(flow::FlowId flow, const Endpoint& client, Instant now) {
  CountingRecorder::begin(flow, client, now);
  if (!open_.try_emplace(flow.value).second) world_.violate("a flow began twice");
}

void SimSink::data(flow::FlowId flow, flow::Direction direction, ByteCount at, std::string_view bytes, Instant) {
  auto found = open_.find(flow.value);
  if (found == open_.end()) return world_.violate("content of a flow that is not open");
  ByteCount& seen = found->second.bytes[static_cast<int>(direction)];
  if (at != seen) world_.violate("content was shown out of order");
  seen += bytes.size();
}

void SimSink::unseen(flow::FlowId flow, flow::Direction direction, ByteCount bytes) {
  auto found = open_.find(flow.value);
  if (found == open_.end()) return world_.violate("content of a flow that is not open");
  found->second.bytes[static_cast<int>(direction)] += bytes;
}

void SimSink::end(flow::FlowId flow, const flow::Outcome& outcome, Instant now) {
  CountingRecorder::end(flow, outcome, now);
  auto found = open_.find(flow.value);
  if (found == open_.end()) return world_.violate("a flow ended that was not open");
  Account account = found->second;
  open_.erase(found);
  std::uint32_t id = 0;
  std::string_view target = outcome.target;
  if (std::size_t at = target.find("/s/"); at != target.npos) {
    std::from_chars(target.data() + at + 3, target.data() + target.size(), id);
  } else if (std::size_t colon = target.rfind(':'); colon != target.npos) {
    std::from_chars(target.data() + colon + 1, target.data() + target.size(), id);
    id -= 1000;
  }
  Record* record = world_.record(id);
  if (!record) return;  // no head was read
  ++record->flows;
  record->ended = outcome.end;
  record->said_status = outcome.status;
  bool relayed = outcome.end != flow::End::answered;
  if (relayed && content_wanted_ == UINT64_MAX &&
      (account.bytes[0] != outcome.bytes_in || account.bytes[1] != outcome.bytes_out)) {
    world_.violate(fmt::format("request {}: {} and {} bytes were shown, {} and {} told", id, account.bytes[0],
                               account.bytes[1], outcome.bytes_in, outcome.bytes_out));
  }
  record->recorded_in = outcome.bytes_in;
  record->recorded_out = outcome.bytes_out;
}

std::optional<control::Page> SimPages::page(std::string_view, std::string_view) const { return std::nullopt; }

// ---- the eager session ----

namespace {

class EagerSession final : public wire::ClientSession {
 public:
  EagerSession(wire::HeadPools& heads, BlockPool& blocks, const wire::Limits& limits)
      : heads_(heads), blocks_(blocks), limits_(limits), output_(blocks) {
    renew();
  }
  void feed(Bytes bytes) override { inner_->feed(std::move(bytes)); }
  void feed_eof() override { inner_->feed_eof(); }
  bool needs_input() const override { return inner_->needs_input(); }
  void poll(wire::ClientEvent& event) override {
    inner_->poll(event);
    ended_ |= event.kind == wire::ClientEvent::Kind::end;
  }
  bool available() const override { return inner_->available() || ended_; }
  wire::StreamId open() override {
    if (!inner_->available()) renew();
    ended_ = false;
    return inner_->open();
  }
  void send_head(wire::StreamId stream, const http::RequestHead& head, const http::Framing& framing) override {
    inner_->send_head(stream, head, framing);
    move_output();
  }
  void send_data(wire::StreamId stream, Bytes data) override {
    inner_->send_data(stream, std::move(data));
    move_output();
  }
  void send_end(wire::StreamId stream, const http::Fields* trailers) override {
    inner_->send_end(stream, trailers);
    move_output();
  }
  void reset(wire::StreamId stream) override { inner_->reset(stream); }
  bool persistent() const override { return true; }
  ByteQueue& output() override { return output_; }
  Bytes take_over(wire::StreamId stream) override { return inner_->take_over(stream); }
  std::uint64_t plain_content_left(wire::StreamId) const override { return 0; }
  void skip_received(wire::StreamId, std::uint64_t) override {}
  std::uint64_t plain_content_due(wire::StreamId) const override { return 0; }
  void skip_sent(wire::StreamId, std::uint64_t) override {}

 private:
  void renew() { inner_ = wire::h1::make_client_session(heads_, blocks_, limits_); }
  void move_output() {
    while (!inner_->output().empty()) output_.push(inner_->output().pop());
  }
  wire::HeadPools& heads_;
  BlockPool& blocks_;
  wire::Limits limits_;
  ByteQueue output_;
  std::unique_ptr<wire::ClientSession> inner_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<wire::ClientSession> make_eager_session(wire::HeadPools& heads, BlockPool& blocks,
                                                        const wire::Limits& limits) {
  return std::make_unique<EagerSession>(heads, blocks, limits);
}

}  // namespace porthole::sim
