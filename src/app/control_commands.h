// `porthole status`, `reload`, `stop` and more: what a proxy that runs is told and asked over its control socket.
#pragma once

#include <map>
#include <optional>

#include "app/commands.h"
#include "app/control_client.h"

namespace porthole::app {

// kFailure when no proxy runs or it does not do it; kBadConfig when a reload was refused for its configuration. Once `stop` has
// returned kOk the process has ended.
Answer status_answer(const ControlClient& client, bool json, WallTime now);
Answer reload_answer(const ControlClient& client);
Answer stop_answer(const ControlClient& client);

// `porthole flows import FILE` (- is standard input) and `flows clear`: the proxy that records there does it.
Answer import_answer(const ControlClient& client, const std::string& path);
Answer clear_answer(const ControlClient& client);

// Before a command reads the folder of flows: the proxy that runs, if one does, writes what has ended so far. A second at most.
void let_it_write(const std::map<std::string, std::string>& variables);

// Where clients on this machine reach the proxy that runs; nothing when none does, or it does not say.
std::optional<Endpoint> running_proxy(const std::map<std::string, std::string>& variables);

// The proxy that a command is about: whoever names an address (--listen) means that one, else the proxy that runs knows best,
// else it is the one that the configuration would start. Port 0 when only its start decides.
Endpoint proxy_meant(const Configuration& configuration, const std::map<std::string, std::string>& variables);

// One of these, or flows replay.
Answer control_answer(const CommandLine& line, const Surroundings& surroundings);

}  // namespace porthole::app
