// See resolver.h. Two questions a name (A and AAAA), so that one family's answer can be used while the other's is still on
// its way (RFC 8305 §3). Around c-ares: its sockets are watched by our loop, its time-outs by our timer.
// Lifetime: c-ares keeps a pointer to a Lookup until it has called back for both questions, however long that takes; a
// finished Lookup lives on until then. Waiters only hold links, and may be gone at any time.
#include "upstream/resolver.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include <ares.h>
#include <poll.h>

#include "upstream/hosts_file.h"
#include "upstream/lookup.h"
#include "upstream/name_cache.h"

namespace porthole::upstream {
namespace {

constexpr std::size_t kLookupsMax = 4096;                     // under way at once, per worker
constexpr Duration kAgainAfterMax = std::chrono::seconds(1);  // a lost datagram is sent again after this, then twice it
constexpr int kTries = 3;
constexpr Duration kTimeoutTtlMax = std::chrono::seconds(1);  // RFC 9520 §3.2: a failure is remembered, shortly

Error dns_error(const char* detail) {
  return {.token = Token::dns_error, .side = Side::upstream, .status = 502, .detail = detail};
}
constexpr Error kDnsTimeout{.token = Token::dns_timeout,
                            .side = Side::upstream,
                            .status = 504,
                            .detail = "the name server did not answer in time"};

Error error_of(int status) {
  switch (status) {
    case ARES_ENOTFOUND: return dns_error("the name does not exist");
    case ARES_ENODATA: return dns_error("the name has no address");
    case ARES_EBADNAME: return dns_error("the name is not well-formed");
    case ARES_ECONNREFUSED: return dns_error("no name server can be reached");
    case ARES_EREFUSED: return dns_error("the name server refused the question");
    case ARES_ESERVFAIL: return dns_error("the name server failed");
    case ARES_ETIMEOUT: return kDnsTimeout;
    default: return dns_error("the name could not be resolved");
  }
}

bool is_localhost(std::string_view name) { return name == "localhost" || name.ends_with(".localhost"); }

class CaresResolver;

// One of c-ares' sockets. Level-triggered, as c-ares reads once a call.
class SocketWatch final : public io::EpollTarget, public io::Buried {
 public:
  SocketWatch(CaresResolver& resolver, int descriptor) : resolver_(resolver), descriptor_(descriptor) {}
  void on_events(std::uint32_t events) override;
  int descriptor() const { return descriptor_; }

 private:
  CaresResolver& resolver_;
  int descriptor_;
};

class CaresResolver final : public Resolver, private LookupOwner {
 public:
  CaresResolver(io::EpollLoop& loop, const ResolverOptions& options);
  ~CaresResolver() override;
  std::shared_ptr<const Addresses> cached(std::string_view name) override;
  io::Task<Answer> resolve(std::string name, Instant deadline) override {
    return ask(std::move(name), deadline, false);
  }
  io::Task<Answer> rest(std::string name, Instant deadline) override { return ask(std::move(name), deadline, true); }

  void process(int readable, int writable);

 private:
  void on_lookup_deadline(Lookup& lookup) override;
  void on_patience_over(Lookup& lookup) override;
  io::Task<Answer> ask(std::string name, Instant deadline, bool all);
  std::optional<Answer> known(std::string_view name);
  void join(std::string_view name, Waiter& waiter);
  bool start_channel();
  void start(Lookup& lookup);
  void ask_family(Question& question);
  void on_answer(Question& question, int status, ares_addrinfo* found);
  void settle(Lookup& lookup);
  void finish(Lookup& lookup);
  Answer gather(const Lookup& lookup, bool complete) const;
  void give_out(Lookup& lookup, const Answer& answer, bool complete);
  void arm();
  void on_timer() { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }
  void watch(int descriptor, bool readable, bool writable);

  io::EpollLoop& loop_;
  ResolverOptions options_;
  HostsFile hosts_;
  FileWatch system_{"/etc/resolv.conf"};
  NameCache cache_;
  std::shared_ptr<const Addresses> localhost_;
  NameMap<Lookup*> lookups_;  // those that can still be joined
  List<Lookup> all_;          // and those that c-ares still knows; owned
  std::size_t count_ = 0;
  std::vector<std::unique_ptr<SocketWatch>> sockets_;
  io::Timer timer_;
  bool stale_ = false;              // resolv.conf is another than when the channel was made
  ares_channel channel_ = nullptr;  // made for the first question: start-up does not wait for it
};

// ---- lookups ----

CaresResolver::CaresResolver(io::EpollLoop& loop, const ResolverOptions& options)
    : loop_(loop),
      options_(options),
      hosts_(options.hosts_file, options.ipv6, loop.now()),
      cache_(options.cache_names_max),
      timer_(io::Timer::calling<&CaresResolver::on_timer>(loop.timers(), *this)) {
  Addresses own;
  if (options.ipv6) own.list.push_back(*IpAddress::parse("::1"));
  own.list.push_back(IpAddress::loopback4());
  own.resolved_at = loop.now();
  localhost_ = std::make_shared<const Addresses>(std::move(own));
}

// Ending the channel calls back for every open question, which ends its lookup.
CaresResolver::~CaresResolver() {
  if (channel_) ares_destroy(channel_);
  PH_ASSERT(all_.empty());
}

std::shared_ptr<const Addresses> CaresResolver::cached(std::string_view name) {
  NameKey key(name);
  if (is_localhost(key.view())) return localhost_;
  if (auto found = hosts_.find(key.view(), loop_.now())) return found;
  const Answer* answer = cache_.find(key.view(), loop_.now());
  return answer && *answer ? **answer : nullptr;
}

io::Task<Resolver::Answer> CaresResolver::ask(std::string name, Instant deadline, bool all) {
  NameKey key(name);
  if (!key.valid()) co_return fail(dns_error("the name is not well-formed"));
  if (auto answer = known(key.view())) co_return std::move(*answer);
  Waiter waiter(loop_, all);
  join(key.view(), waiter);
  bool told = co_await waiter.signal.wait(deadline);
  if (!told || !waiter.answer) co_return fail(kDnsTimeout);
  co_return std::move(*waiter.answer);
}

std::optional<Resolver::Answer> CaresResolver::known(std::string_view name) {
  if (auto addresses = cached(name)) return addresses;
  if (const Answer* failure = cache_.find(name, loop_.now())) return *failure;
  return std::nullopt;
}

void CaresResolver::join(std::string_view name, Waiter& waiter) {
  auto found = lookups_.find(name);
  if (found != lookups_.end()) {
    Lookup& lookup = *found->second;
    lookup.waiters.push_back(waiter);
    if (lookup.partial && !waiter.all) waiter.tell(gather(lookup, false));
    return;
  }
  if (count_ >= kLookupsMax) {
    Error full{.token = Token::connection_limit_reached, .status = 503, .detail = "too many names are being looked up"};
    return waiter.tell(fail(full));
  }
  if (!start_channel()) return waiter.tell(fail(dns_error("the resolver could not be started")));
  auto* lookup = new Lookup(*this, name, ARES_ENODATA, loop_.timers());
  all_.push_back(*lookup);
  ++count_;
  lookups_.emplace(lookup->name, lookup);
  lookup->waiters.push_back(waiter);
  start(*lookup);
}

void CaresResolver::start(Lookup& lookup) {
  lookup.deadline.arm(loop_.now() + options_.timeout);
  lookup.v6.open = options_.ipv6;
  lookup.v4.open = true;
  // Either may call back before it returns; the other is open still, so the lookup stays until both were asked.
  if (lookup.v6.open) ask_family(lookup.v6);
  ask_family(lookup.v4);
  arm();
}

void CaresResolver::ask_family(Question& question) {
  ares_addrinfo_hints hints{};
  hints.ai_family = question.v4 ? AF_INET : AF_INET6;
  hints.ai_socktype = SOCK_STREAM;
  auto answered = [](void* self, int status, int, ares_addrinfo* found) {
    auto& asked = *static_cast<Question*>(self);
    static_cast<CaresResolver&>(asked.lookup->owner).on_answer(asked, status, found);
  };
  ares_getaddrinfo(channel_, question.lookup->name.c_str(), nullptr, &hints, answered, &question);
}

void CaresResolver::on_answer(Question& question, int status, ares_addrinfo* found) {
  question.open = false;
  question.status = status;
  if (found) {
    question.ttl = options_.ttl_max;
    auto lower = [&](int seconds) {
      question.ttl = std::min<Duration>(question.ttl, std::chrono::seconds(std::max(seconds, 0)));
    };
    for (auto* alias = found->cnames; alias; alias = alias->next) lower(alias->ttl);
    for (auto* node = found->nodes; node; node = node->ai_next) {
      sockaddr_storage address{};
      std::copy_n(reinterpret_cast<const char*>(node->ai_addr), node->ai_addrlen, reinterpret_cast<char*>(&address));
      question.list.push_back(Endpoint::of(address).ip);
      lower(node->ai_ttl);
    }
    ares_freeaddrinfo(found);
  }
  settle(*question.lookup);
}

// After each answer: done, or good enough, or wait for the other family.
void CaresResolver::settle(Lookup& lookup) {
  if (!lookup.v4.open && !lookup.v6.open) {
    finish(lookup);
    --count_;
    delete &lookup;  // leaves all_ by itself
    return;
  }
  if (lookup.over) return;
  if (!lookup.v6.list.empty()) on_patience_over(lookup);  // RFC 8305 §3: AAAA first, begin at once
  else if (!lookup.v4.list.empty()) lookup.patience.arm(loop_.now() + options_.resolution_delay);
}

void CaresResolver::on_patience_over(Lookup& lookup) {
  lookup.partial = true;
  give_out(lookup, gather(lookup, false), false);
}

void CaresResolver::on_lookup_deadline(Lookup& lookup) {
  if (lookup.v6.open) lookup.v6.status = ARES_ETIMEOUT;
  if (lookup.v4.open) lookup.v4.status = ARES_ETIMEOUT;
  finish(lookup);
}

void CaresResolver::finish(Lookup& lookup) {
  if (std::exchange(lookup.over, true)) return;
  lookup.deadline.disarm();
  lookup.patience.disarm();
  lookups_.erase(lookup.name);
  Answer answer = gather(lookup, true);
  Duration ttl = options_.negative_ttl;
  if (answer) {
    ttl = options_.ttl_max;
    for (const Question* question : {&lookup.v6, &lookup.v4}) {
      if (!question->list.empty()) ttl = std::min(ttl, question->ttl);
    }
  } else if (answer.error().token == Token::dns_timeout) {
    ttl = std::min(ttl, kTimeoutTtlMax);
  }
  cache_.store(lookup.name, answer, loop_.now(), loop_.now() + ttl);
  give_out(lookup, answer, true);
}

Resolver::Answer CaresResolver::gather(const Lookup& lookup, bool complete) const {
  Addresses all;
  all.list = lookup.v6.list;
  all.list.insert(all.list.end(), lookup.v4.list.begin(), lookup.v4.list.end());
  all.resolved_at = loop_.now();
  all.complete = complete;
  if (!all.list.empty()) return std::make_shared<const Addresses>(std::move(all));
  auto either = [&](int status) { return lookup.v4.status == status || lookup.v6.status == status; };
  for (int telling : {ARES_ENOTFOUND, ARES_ECONNREFUSED, ARES_ETIMEOUT}) {
    if (either(telling)) return fail(error_of(telling));
  }
  return fail(error_of(lookup.v4.status == ARES_ENODATA ? lookup.v6.status : lookup.v4.status));
}

void CaresResolver::give_out(Lookup& lookup, const Answer& answer, bool complete) {
  List<Waiter> told;
  told.take_all(lookup.waiters);
  while (Waiter* waiter = told.pop_front()) {
    if (complete || !waiter->all) waiter->tell(answer);
    else lookup.waiters.push_back(*waiter);
  }
}

// ---- the channel ----

void SocketWatch::on_events(std::uint32_t events) {
  bool readable = events & (POLLIN | POLLERR | POLLHUP);
  resolver_.process(readable ? descriptor_ : ARES_SOCKET_BAD, events & POLLOUT ? descriptor_ : ARES_SOCKET_BAD);
}

// The system's own servers are read again when resolv.conf changed and no question is open: a laptop changes networks.
bool CaresResolver::start_channel() {
  bool changed = options_.nameservers.empty() && system_.changed(loop_.now());
  stale_ |= changed;
  if (channel_ && stale_ && count_ == 0) {
    ares_destroy(channel_);
    channel_ = nullptr;
  }
  if (channel_) return true;
  stale_ = false;
  static std::once_flag initialised;  // c-ares' own counter is not safe between threads
  std::call_once(initialised, [] { ares_library_init(ARES_LIB_INIT_ALL); });

  ares_options options{};
  char from_dns[] = "b";  // no files: the hosts file is ours
  options.lookups = from_dns;
  auto again = std::min<Duration>(options_.timeout / 3, kAgainAfterMax);
  options.timeout = std::max(1, static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(again).count()));
  options.tries = kTries;
  // Names are searched as the system says; with servers of our own there is no system to ask.
  options.flags = options_.nameservers.empty() ? 0 : ARES_FLAG_NOSEARCH;
  options.sock_state_cb = [](void* self, ares_socket_t descriptor, int readable, int writable) {
    static_cast<CaresResolver*>(self)->watch(descriptor, readable != 0, writable != 0);
  };
  options.sock_state_cb_data = this;
  int mask = ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_FLAGS | ARES_OPT_SOCK_STATE_CB;
  if (ares_init_options(&channel_, &options, mask) != ARES_SUCCESS) {
    channel_ = nullptr;
    return false;
  }
  std::string servers;
  for (const std::string& server : options_.nameservers) servers += (servers.empty() ? "" : ",") + server;
  if (servers.empty() || ares_set_servers_ports_csv(channel_, servers.c_str()) == ARES_SUCCESS) return true;
  ares_destroy(channel_);
  channel_ = nullptr;
  return false;
}

void CaresResolver::process(int readable, int writable) {
  ares_process_fd(channel_, readable, writable);
  arm();
}

void CaresResolver::arm() {
  timeval room{};
  timeval* next = ares_timeout(channel_, nullptr, &room);
  if (!next) return timer_.disarm();
  timer_.arm(loop_.now() + std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec));
}

void CaresResolver::watch(int descriptor, bool readable, bool writable) {
  auto known = std::ranges::find(sockets_, descriptor, [](const auto& socket) { return socket->descriptor(); });
  std::uint32_t events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0);  // epoll's bits are poll's
  if (known == sockets_.end()) {
    if (events == 0) return;
    sockets_.push_back(std::make_unique<SocketWatch>(*this, descriptor));
    if (!loop_.watch(descriptor, *sockets_.back(), events)) sockets_.pop_back();  // then the question times out
  } else if (events != 0) {
    loop_.change(descriptor, **known, events);
  } else {
    loop_.forget(descriptor, **known);
    loop_.bury(std::move(*known));  // it may be the one that is calling
    sockets_.erase(known);
  }
}

}  // namespace

io::Task<Resolver::Answer> Resolver::rest(std::string name, Instant deadline) {
  return resolve(std::move(name), deadline);
}

std::unique_ptr<Resolver> make_cares_resolver(io::EpollLoop& loop, const ResolverOptions& options) {
  return std::make_unique<CaresResolver>(loop, options);
}

}  // namespace porthole::upstream
