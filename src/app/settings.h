// Settings: every value that can be configured, as plain types with the rooms' own defaults. options_table.h names each of
// them once (key, flag, variable, help); configuration.h fills them; here they become what the rooms take.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/log.h"
#include "flow/access_log.h"
#include "flow/recorder.h"
#include "proxy/snapshot.h"
#include "rules/access.h"
#include "upstream/options.h"

namespace porthole::app {

struct Settings {
  std::vector<Endpoint> listen = {*Endpoint::parse("127.0.0.1:8083"), *Endpoint::parse("[::1]:8083")};
  std::uint32_t workers = 0;  // 0 = one per core
  rules::AccessOptions access;
  // name is the base of the pseudonym here ("porthole"); connections_max is filled from `connections` and the limit of
  // descriptors by make_snapshot().
  proxy::Options proxy;
  ByteCount buffers = 256_MiB;    // of all workers together
  std::uint32_t connections = 0;  // of all workers together; 0 = from the descriptor limit
  std::optional<Endpoint> observe = Endpoint::parse("127.0.0.1:8085");
  std::optional<Endpoint> ui = Endpoint::parse("127.0.0.1:8084");
  std::vector<std::string> ui_hosts;
  flow::AccessLogOptions access_log;
  bool capture = true;
  flow::RecorderOptions recorder = {.store = {.folder = "~/.local/state/porthole/flows"}};
  LogLevel log_level = LogLevel::info;
  std::string log_to = "stderr";
  upstream::ResolverOptions resolve;
  upstream::AddressOptions addresses;
  upstream::PoolOptions pool;
  upstream::DialOptions dial;
};

// Where flows are kept: `~` becomes $HOME, and the default's folder of state $XDG_STATE_HOME where that is set. Empty when
// there is neither.
std::string flows_folder(const Settings& settings, std::string_view home, std::string_view state_home);

// What only the running process knows.
struct ProcessFacts {
  std::string pseudonym_suffix;  // six random letters, the same for the life of the process
  std::uint32_t workers = 1;
  std::uint64_t descriptors = 1024;     // the soft limit after raising
  std::vector<Endpoint> own_listeners;  // as bound, with real ports
  std::vector<IpAddress> local_addresses;
};

// The facts that this process can tell before it runs: descriptors, once their limit has been raised, and workers.
ProcessFacts process_facts(const Settings& settings);

std::shared_ptr<const proxy::Snapshot> make_snapshot(const Settings& settings, const ProcessFacts& facts);

// What the descriptors are for. A client that is served needs two, its own and the server's; some are kept for files,
// listeners, name servers and the observe page, a 32nd part is for pipes. Idle connections to servers have at most an
// eighth, out of the servers' part: they close when it is needed.
struct DescriptorBudget {
  std::uint32_t connections = 0;  // client connections of the process
  std::uint32_t pipes_per_worker = 0;
  std::uint32_t idle_per_worker = 0;
};
DescriptorBudget descriptor_budget(const ProcessFacts& facts);

// Client connections that the process may hold: what is configured, at most what the descriptors allow.
std::uint32_t connections_max(std::uint32_t configured, const ProcessFacts& facts);

// One mistake in how options go together. `key` names the option to blame ("proxy.listen"), `what` says what to do. `other`
// is what it conflicts with: when `key` has its default, that is the option which somebody wrote.
struct Conflict {
  std::string key;
  std::string what;
  std::string other = {};
};
std::vector<Conflict> conflicts(const Settings& settings);

// Where clients on this machine reach the proxy: the first IPv4 listener, or the first; an unspecified address becomes
// loopback. Port 0 when only the start decides.
Endpoint local_proxy_address(const Settings& settings);

}  // namespace porthole::app
