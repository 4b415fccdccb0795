// See settings.h. Rules that concern one option alone stand in options_table.cc; here are those between options.
#include "app/settings.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "app/descriptor_limit.h"
#include "io/pipe_pool.h"

namespace porthole::app {
namespace {

constexpr std::uint64_t kDescriptorsKept = 96;       // files, logs, listeners, 64 visitors of the observe page
constexpr std::uint64_t kDescriptorsPerWorker = 16;  // epoll, listeners, sockets to name servers

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
  auto same = [](const std::optional<Endpoint>& a, const Endpoint& b) { return a && a->port != 0 && *a == b; };
  for (const auto& [key, own] : {std::pair("observe.listen", settings.observe), std::pair("ui.listen", settings.ui)}) {
    bool taken =
        std::any_of(settings.listen.begin(), settings.listen.end(), [&](const Endpoint& at) { return same(own, at); });
    if (taken) {
      found.push_back(
          {key, fmt::format("{} is the proxy's own address: take another port", own->text()), "proxy.listen"});
    }
  }
  if (settings.observe && same(settings.ui, *settings.observe)) {
    found.push_back({"ui.listen", fmt::format("{} is the address of /metrics: take another port", settings.ui->text()),
                     "observe.listen"});
  }
  if (settings.ui && !settings.ui->ip.loopback()) {
    found.push_back(
        {"ui.listen", fmt::format("{} can be reached from other machines, and the inspector shows everything: take "
                                  "127.0.0.1, and reach it through ssh -L",
                                  settings.ui->text())});
  }
}

}  // namespace

std::string flows_folder(const Settings& settings, std::string_view home, std::string_view state_home) {
  constexpr std::string_view kState = "~/.local/state/";
  std::string_view folder = settings.recorder.store.folder;
  if (folder.starts_with(kState) && !state_home.empty())
    return fmt::format("{}/{}", state_home, folder.substr(kState.size()));
  if (!folder.starts_with("~/")) return std::string(folder);
  return home.empty() ? "" : fmt::format("{}{}", home, folder.substr(1));
}

ProcessFacts process_facts(const Settings& settings) {
  ProcessFacts facts;
  facts.descriptors = raise_descriptor_limit().now;
  facts.workers = settings.workers != 0 ? settings.workers : std::max(1U, std::thread::hardware_concurrency());
  return facts;
}

DescriptorBudget descriptor_budget(const ProcessFacts& facts) {
  std::uint64_t workers = std::max<std::uint32_t>(1, facts.workers);
  std::uint64_t kept = kDescriptorsKept + workers * kDescriptorsPerWorker;
  std::uint64_t usable = facts.descriptors > 2 * kept ? facts.descriptors - kept : facts.descriptors / 2;
  std::uint64_t pipes = std::min<std::uint64_t>(usable / 64 / workers, io::PipePool::kLentMax);
  std::uint64_t connections = std::clamp<std::uint64_t>((usable - 2 * workers * pipes) / 2, 16, UINT32_MAX);
  std::uint64_t idle = std::clamp<std::uint64_t>(usable / 8 / workers, 1, UINT32_MAX);
  return {static_cast<std::uint32_t>(connections), static_cast<std::uint32_t>(pipes), static_cast<std::uint32_t>(idle)};
}

std::uint32_t connections_max(std::uint32_t configured, const ProcessFacts& facts) {
  std::uint32_t allowed = descriptor_budget(facts).connections;
  return configured == 0 ? allowed : std::min(configured, allowed);
}

std::shared_ptr<const proxy::Snapshot> make_snapshot(const Settings& settings, const ProcessFacts& facts) {
  auto snapshot = std::make_shared<proxy::Snapshot>();
  snapshot->options = settings.proxy;
  snapshot->options.name = settings.proxy.name + "-" + facts.pseudonym_suffix;
  DescriptorBudget budget = descriptor_budget(facts);
  snapshot->options.connections_max = connections_max(settings.connections, facts);
  snapshot->options.buffers_max = settings.buffers / std::max<std::uint32_t>(1, facts.workers);
  snapshot->options.pipes_max = budget.pipes_per_worker;
  snapshot->access = rules::Access(settings.access);
  snapshot->rules = std::make_shared<rules::EmptyRuleSet>();
  snapshot->addresses =
      std::make_shared<upstream::AddressPolicy>(settings.addresses, facts.own_listeners, facts.local_addresses);
  snapshot->pool = settings.pool;
  snapshot->pool.idle_max = std::min(settings.pool.idle_max, budget.idle_per_worker);
  snapshot->dial = settings.dial;
  return snapshot;
}

std::vector<Conflict> conflicts(const Settings& settings) {
  std::vector<Conflict> found;
  check_listeners(settings, found);
  if (settings.proxy.limits.target_bytes > settings.proxy.limits.head_bytes) {
    found.push_back(
        {"limits.target_bytes", "the target is a part of the head: at most limits.head_bytes", "limits.head_bytes"});
  }
  if (settings.resolve.negative_ttl > settings.resolve.ttl_max) {
    found.push_back({"resolve.negative_ttl", "at most resolve.ttl_max", "resolve.ttl_max"});
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
