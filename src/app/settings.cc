// See settings.h. Rules that concern one option alone stand in options_table.cc; here are those between options.
#include "app/settings.h"

#include <algorithm>

#include <fmt/format.h>

namespace porthole::app {
namespace {

constexpr std::uint64_t kDescriptorsKept = 64;  // files, logs, listeners, epoll, the observe page
constexpr std::uint64_t kDescriptorsPerWorker = 16;

void check_listeners(const Settings& settings, std::vector<Conflict>& found) {
  if (settings.listen.empty())
    found.push_back({"proxy.listen", "name at least one address, such as \"127.0.0.1:8083\""});
  for (std::size_t i = 0; i < settings.listen.size(); ++i) {
    const Endpoint& at = settings.listen[i];
    bool twice =
        at.port != 0 && std::count(settings.listen.begin(), settings.listen.begin() + static_cast<long>(i), at) > 0;
    if (twice) found.push_back({"proxy.listen", fmt::format("{} is there twice", at.text())});
    if (!at.ip.loopback() && settings.access.clients.empty()) {
      found.push_back(
          {"proxy.listen", fmt::format("{} can be reached from other machines, and nothing says whose: add "
                                       "clients = [\"192.0.2.0/24\"] (the networks you serve) to [proxy], or "
                                       "listen on 127.0.0.1",
                                       at.text())});
    }
  }
  if (settings.observe && settings.observe->port != 0 &&
      std::count(settings.listen.begin(), settings.listen.end(), *settings.observe)) {
    found.push_back(
        {"observe.listen", fmt::format("{} is the proxy's own address: take another port", settings.observe->text())});
  }
}

}  // namespace

std::uint32_t connections_per_worker(std::uint32_t connections, const ProcessFacts& facts) {
  std::uint64_t workers = std::max<std::uint32_t>(1, facts.workers);
  if (connections != 0) return static_cast<std::uint32_t>((connections + workers - 1) / workers);
  std::uint64_t kept = kDescriptorsKept + workers * kDescriptorsPerWorker;
  std::uint64_t usable = facts.descriptors > 2 * kept ? facts.descriptors - kept : facts.descriptors / 2;
  // The kernel spreads connections by hash, not evenly: a quarter more than the share for each of several workers.
  std::uint64_t share = workers == 1 ? usable / 2 : usable * 5 / 8 / workers;
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(share, 16, UINT32_MAX));
}

std::shared_ptr<const proxy::Snapshot> make_snapshot(const Settings& settings, const ProcessFacts& facts) {
  auto snapshot = std::make_shared<proxy::Snapshot>();
  snapshot->options = settings.proxy;
  snapshot->options.name = settings.proxy.name + "-" + facts.pseudonym_suffix;
  snapshot->options.connections_max = connections_per_worker(settings.connections, facts);
  snapshot->access = rules::Access(settings.access);
  snapshot->rules = std::make_shared<rules::EmptyRuleSet>();
  snapshot->addresses =
      std::make_shared<upstream::AddressPolicy>(settings.addresses, facts.own_listeners, facts.local_addresses);
  snapshot->pool = settings.pool;
  snapshot->dial = settings.dial;
  return snapshot;
}

std::vector<Conflict> conflicts(const Settings& settings) {
  std::vector<Conflict> found;
  check_listeners(settings, found);
  if (settings.proxy.limits.target_bytes > settings.proxy.limits.head_bytes) {
    found.push_back({"limits.target_bytes", "the target is a part of the head: at most limits.head_bytes"});
  }
  if (settings.resolve.negative_ttl > settings.resolve.ttl_max) {
    found.push_back({"resolve.negative_ttl", "at most resolve.ttl_max"});
  }
  return found;
}

Endpoint local_proxy_address(const Settings& settings) {
  if (settings.listen.empty()) return {};
  auto first4 =
      std::find_if(settings.listen.begin(), settings.listen.end(), [](const Endpoint& at) { return at.ip.v4; });
  Endpoint address = first4 == settings.listen.end() ? settings.listen.front() : *first4;
  if (address.ip.unspecified()) {
    address.ip = address.ip.v4 ? IpAddress::loopback4() : *IpAddress::parse("::1");
  }
  return address;
}

}  // namespace porthole::app
