// See private_proxy.h.
#include "app/private_proxy.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include <fmt/format.h>

#include "app/listeners.h"
#include "app/settings.h"
#include "base/ascii.h"
#include "base/random.h"
#include "upstream/address_policy.h"

namespace porthole::app {

// Decides as OnlyHosts does, and remembers whom it sent away. Asked by the worker, read by the main thread.
class PrivateProxy::Doorman final : public rules::RuleSet {
 public:
  explicit Doorman(rules::HostList only) : only_(std::move(only)) {}

  rules::Verdict decide(rules::Phase phase, const rules::Facts& facts) const override {
    rules::Verdict verdict = only_.decide(phase, facts);
    if (verdict.kind == rules::Verdict::Kind::deny) remember(facts);
    return verdict;
  }

  std::vector<RefusedHost> refused() const {
    std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  static constexpr std::size_t kRemembered = 1000;

  void remember(const rules::Facts& facts) const {
    std::lock_guard lock(mutex_);
    auto known = std::find_if(refused_.begin(), refused_.end(), [&](const RefusedHost& one) {
      return one.port == facts.port && ascii::equal_nocase(one.host, facts.host);
    });
    if (known != refused_.end()) ++known->requests;
    else if (refused_.size() < kRemembered) refused_.push_back({std::string(facts.host), facts.port, 1});
  }

  rules::OnlyHosts only_;
  mutable std::mutex mutex_;
  mutable std::vector<RefusedHost> refused_;
};

PrivateProxy::PrivateProxy(PrivateProxyOptions options) {
  Settings settings;
  settings.listen = {{IpAddress::loopback4(), 0}};
  settings.workers = 1;
  auto listener = open_listener(settings.listen[0], settings.workers, "--listen");
  if (!listener) throw std::runtime_error(listener.error().what);
  address_ = listener->bound;

  std::shared_ptr<AccessLogTarget> log;
  if (!options.access_log.to.empty()) {
    auto writer = flow::AccessLogWriter::open(options.access_log);
    if (!writer) {
      throw std::runtime_error(
          fmt::format("--access-log: {}: {}", options.access_log.to, std::strerror(writer.error().os_errno)));
    }
    log = std::make_shared<AccessLogTarget>(options.access_log, std::move(*writer));
  }
  SystemRandom random;
  ProcessFacts facts = process_facts(settings);
  facts.pseudonym_suffix = random.letters(6);
  facts.own_listeners = {address_};
  facts.local_addresses = upstream::interface_addresses();
  auto snapshot = std::make_shared<proxy::Snapshot>(*make_snapshot(settings, facts));
  if (options.only) {
    // The proxy's own page leaves nothing, so it needs no permission.
    if (!options.only->add("porthole.internal")) throw std::logic_error("porthole.internal is a host");
    doorman_ = std::make_shared<const Doorman>(std::move(*options.only));
    snapshot->rules = doorman_;
  }
  worker_ = std::make_unique<WorkerThread>(WorkerThread::Parts{.clock = clock_,
                                                               .pages = pages_,
                                                               .admission = admission_,
                                                               .resolve = settings.resolve,
                                                               .snapshot = std::move(snapshot),
                                                               .access_log = std::move(log),
                                                               .recorder = options.recorder});
  worker_->listen(std::move(listener->sockets[0]));
  worker_->settle();
}

PrivateProxy::~PrivateProxy() = default;

std::vector<RefusedHost> PrivateProxy::refused() const {
  return doorman_ ? doorman_->refused() : std::vector<RefusedHost>();
}

}  // namespace porthole::app
