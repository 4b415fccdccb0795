// See race.h. A failed attempt starts the next at once; a silent one after the attempt delay. Nothing is closed inside a
// stream's callback: those raise the signal, and step() does the work.
#include "upstream/race.h"

#include <algorithm>
#include <cerrno>

namespace porthole::upstream {
namespace {

constexpr std::size_t kAddressesMax = 64;  // of one host; a hostile name server may send thousands

// Which of several failures tells the user most: "refused" says more than "no IPv6 here".
int weight(Token token) {
  switch (token) {
    case Token::destination_ip_unroutable: return 0;
    case Token::connection_terminated: return 1;
    case Token::connection_refused: return 2;
    case Token::connection_timeout: return 3;
    default: return 4;  // our own limits
  }
}

Error as_answer(Error error) {
  switch (error.token) {
    case Token::connection_timeout: error.status = 504; break;
    case Token::connection_limit_reached: error.status = 503; break;
    default: error.status = 502; break;
  }
  if (error.os_errno == EACCES || error.os_errno == EPERM) {
    error.token = Token::destination_ip_unroutable;
    error.detail = "the system does not let us connect to the address";
  }
  return error;
}

DialWatch::Attempt attempt_end(int os_errno) {
  switch (os_errno) {
    case ECONNREFUSED: return DialWatch::Attempt::refused;
    case ENETUNREACH:
    case EHOSTUNREACH: return DialWatch::Attempt::unreachable;
    case ETIMEDOUT: return DialWatch::Attempt::timed_out;
    default: return DialWatch::Attempt::failed;
  }
}

constexpr Error kTimedOut{.token = Token::connection_timeout,
                          .side = Side::upstream,
                          .status = 504,
                          .detail = "the connection was not established in time"};

}  // namespace

class Race::Attempt final : public io::ReadyListener {
 public:
  Attempt(Race& race, std::unique_ptr<io::Stream> stream, const Endpoint& to)
      : race_(race), stream_(std::move(stream)), to_(to), begun_(race.loop_.now()) {
    stream_->set_listener(this);
  }
  ~Attempt() {
    if (stream_) stream_->set_listener(nullptr);
  }

  enum class State : std::uint8_t { connecting, standing, failed };
  State look(int& os_errno) {
    if (!std::exchange(told_, false) && !stream_->maybe_writable()) return State::connecting;
    os_errno = stream_->connect_errno();
    if (os_errno != 0) return State::failed;
    return stream_->maybe_writable() ? State::standing : State::connecting;
  }
  const Endpoint& to() const { return to_; }
  Instant begun() const { return begun_; }
  Winner take() {
    stream_->set_listener(nullptr);
    return {std::move(stream_), to_};
  }

 private:
  void on_readable() override { tell(); }
  void on_writable() override { tell(); }
  void on_hangup() override { tell(); }
  void tell() {
    told_ = true;
    race_.changed_.raise();
  }
  Race& race_;
  std::unique_ptr<io::Stream> stream_;
  Endpoint to_;
  Instant begun_;
  bool told_ = false;
};

Race::Race(io::Loop& loop, io::Network& network, Rules rules)
    : loop_(loop), network_(network), rules_(std::move(rules)), changed_(loop) {}

Race::~Race() = default;

void Race::add(std::span<const IpAddress> addresses, bool more_to_come) {
  more_to_come_ = more_to_come;
  std::vector<IpAddress> fresh;
  for (const IpAddress& ip : addresses) {
    if (known_.size() >= kAddressesMax || std::ranges::find(known_, ip) != known_.end()) continue;
    known_.push_back(ip);
    auto allowed = rules_.policy->check({ip, rules_.port}, rules_.guarded);
    if (allowed) {
      fresh.push_back(ip);
      continue;
    }
    if (!prohibited_) prohibited_ = allowed.error();
    if (rules_.watch) rules_.watch->attempted({ip, rules_.port}, DialWatch::Attempt::prohibited, {});
  }
  // What was waiting goes first, then family by family in turn.
  std::ranges::reverse(waiting_);
  bool v4 = waiting_.empty() ? !fresh.empty() && fresh.front().v4 : !waiting_.back().v4;
  while (!fresh.empty()) {
    auto next = std::ranges::find(fresh, v4, &IpAddress::v4);
    if (next == fresh.end()) next = fresh.begin();
    waiting_.push_back(*next);
    v4 = !next->v4;
    fresh.erase(next);
  }
  std::ranges::reverse(waiting_);
  changed_.raise();
}

std::optional<Result<Race::Winner>> Race::step() {
  if (auto winner = collect()) return std::move(*winner);
  if (loop_.now() >= deadline_) {
    tell_rest(DialWatch::Attempt::timed_out);
    return fail(kTimedOut);
  }
  start_due();
  if (auto winner = collect()) return std::move(*winner);  // a stream that stands at once (MemoryStream)
  if (!running_.empty() || !waiting_.empty() || more_to_come_) return std::nullopt;
  // Nothing is left. A prohibited address explains why not all were tried.
  if (prohibited_) return fail(*prohibited_);
  return fail(failure_.value_or(kTimedOut));
}

Instant Race::next_step() const { return waiting_.empty() ? deadline_ : std::min(deadline_, next_start_); }

std::optional<Race::Winner> Race::collect() {
  for (std::size_t i = 0; i < running_.size();) {
    int os_errno = 0;
    switch (running_[i]->look(os_errno)) {
      case Attempt::State::connecting: ++i; break;
      case Attempt::State::standing: {
        std::unique_ptr<Attempt> first = std::move(running_[i]);
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
        tell(*first, DialWatch::Attempt::connected);
        tell_rest(DialWatch::Attempt::overtaken);
        return first->take();
      }
      case Attempt::State::failed:
        tell(*running_[i], attempt_end(os_errno));
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
        note_failure(io::stream_error(Side::upstream, os_errno));
        break;
    }
  }
  return std::nullopt;
}

void Race::start_due() {
  while (!waiting_.empty() && (running_.empty() || loop_.now() >= next_start_)) {
    IpAddress ip = waiting_.back();
    waiting_.pop_back();
    start({ip, rules_.port});
  }
}

void Race::start(const Endpoint& to) {
  if (started_++ == 0) deadline_ = loop_.now() + rules_.options.connect_timeout;
  auto stream = network_.connect(to);
  if (!stream) {
    if (rules_.watch) rules_.watch->attempted(to, attempt_end(stream.error().os_errno), {});
    return note_failure(stream.error());
  }
  next_start_ = loop_.now() + rules_.options.attempt_delay;
  running_.push_back(std::make_unique<Attempt>(*this, std::move(*stream), to));
}

void Race::tell(const Attempt& attempt, DialWatch::Attempt how) const {
  if (rules_.watch) rules_.watch->attempted(attempt.to(), how, loop_.now() - attempt.begun());
}

void Race::tell_rest(DialWatch::Attempt how) const {
  for (const auto& attempt : running_) tell(*attempt, how);
}

void Race::note_failure(Error error) {
  error = as_answer(error);
  next_start_ = loop_.now();
  if (!failure_ || weight(error.token) >= weight(failure_->token)) failure_ = error;
}

}  // namespace porthole::upstream
