// See commands.h.
#include "app/commands.h"

#include <fmt/format.h>

#include "admin/pac.h"
#include "app/control_commands.h"
#include "app/diff_page.h"
#include "app/flow_pages.h"
#include "app/guide_page.h"
#include "app/option_list.h"
#include "app/proxy_variables.h"

namespace porthole::app {
namespace {

// At most 24 lines of 80 columns: one screen.
constexpr std::string_view kHelp = R"help(porthole - a fast HTTP proxy you can see through

  porthole [run]           serve in the foreground
      --config FILE        else ~/.config/porthole/porthole.toml, or /etc/...
      --listen ADDR        proxy address, repeatable: 127.0.0.1:8083, [::1]:0
      --ui ADDR|off, --observe ADDR|off    the inspector; /metrics, /readyz
      --access-log FORMAT:PATH|off   json, combined or squid; stdout is a path
      --workers N, --log-level LEVEL   0: one per core; debug, info, warn, error
      --ready-fd N, --ready-file F   one JSON line there when all listen
  porthole status [--json] | reload | stop   the proxy that runs
  porthole tail [FILTER] [--json]    its flows, a line each, as they end
  porthole flows list|find|export [FILTER] | show ID | diff A B | import|clear
  porthole explain ID | flows replay ID   what was changed in it; send it again
  porthole exec [--har F] [--deny-rest [--allow HOST]...] -- CMD   its own proxy
  porthole open chromium|firefox [-- ARGS]   a fresh profile that uses the proxy
  porthole check [FILE] | config [--origin]  mistakes; values and their origins
  porthole env [--unset] [--shell fish]   lines for: eval "$(porthole env)"
  porthole pac [--test URL]          the PAC file, or its answer for URL
  porthole guide [WORD...] [--json]   what a field, status, method, error means
  porthole limits | version | help [options|flows]

  try    porthole & curl -x http://127.0.0.1:8083 http://porthole.internal/
  TERM drains (a second one quits), HUP reloads, USR1 reopens the logs
  exit   0 fine, 1 failed, 2 usage, 69 cannot listen, 78 bad configuration
)help";

constexpr std::string_view kFlowsHelp = R"help(porthole flows - what was recorded, found, shown and sent again

  porthole flows list [FILTER]     the newest, a line each
  porthole flows find FILTER       in fields and decoded content, too; 1: none
      --limit N (50), --json
  porthole flows show ID           the heads of all four hops
      --as curl|fetch|python|raw [--with-secrets]    its request, to paste
  porthole flows diff A B          two beside each other [--json]
  porthole flows export [FILTER] >out.har    an HTTP archive, oldest first
      --limit N (all), --with-secrets
  porthole flows import FILE       gives one to the proxy that runs
  porthole flows clear             the proxy forgets all that is not pinned
  porthole flows replay ID         sends it again, and waits for the answer
      -X METHOD, -H 'Name: value', -d TEXT|@FILE|@-, --json
  porthole explain ID              what was changed on the way, and why

  All but import, clear and replay read a folder: --folder DIR, else that of
  the configuration (--config FILE). A filter: host:*.shop.test status:5xx
  time>500ms body:"out of stock"; one that begins with - goes behind --
)help";

Answer env(const CommandLine& line, const Surroundings& surroundings, const Endpoint& address) {
  Answer answer;
  bool fish = line.shell == "fish";
  for (const Variable& variable : proxy_variables(address, surroundings.variables)) {
    if (line.unset) answer.out += fmt::format("{} {}\n", fish ? "set -e" : "unset", variable.name);
    else if (fish) answer.out += fmt::format("set -gx {} '{}'\n", variable.name, variable.value);
    else answer.out += fmt::format("export {}='{}'\n", variable.name, variable.value);
  }
  return answer;
}

Answer pac(const CommandLine& line, const Endpoint& address) {
  if (line.test_url.empty()) return {kOk, admin::pac_text(address.text()), ""};
  auto result = admin::pac_answer(line.test_url, address.text());
  if (!result) return {kUsage, "", fmt::format("porthole: --test: \"{}\" is no absolute URL\n", line.test_url)};
  return {kOk, *result + "\n", ""};
}

// env and pac: of the proxy that runs, else of the one that this configuration would start.
Answer with_address(const CommandLine& line, const Surroundings& surroundings, const Configuration& configuration) {
  Endpoint address = proxy_meant(configuration, surroundings.variables);
  if (address.port == 0) return {kFailure, "", port_unknown()};
  return line.command == CommandLine::Command::env ? env(line, surroundings, address) : pac(line, address);
}

Answer check(const CommandLine& line, Surroundings surroundings) {
  Configuration configuration;
  if (!line.check_path.empty()) configuration = check_file(line.check_path);
  else configuration = load_configuration(surroundings);
  if (!configuration.good()) return refusal(configuration);
  std::string name = configuration.file.empty() ? "no configuration file: the defaults" : configuration.file;
  return {kOk, fmt::format("{}: good\n", name), ""};
}

// The folder that is named, else the one that a proxy with this configuration records to.
Answer flows(const CommandLine& line, const Surroundings& surroundings, const Settings& settings) {
  FlowQuestion question{.folder = line.flow_folder,
                        .most = line.flow_limit == 0 ? std::nullopt : std::optional(line.flow_limit),
                        .json = line.json,
                        .colour = line.colour,
                        .snippet = line.snippet,
                        .with_secrets = line.with_secrets};
  if (question.folder.empty())
    question.folder = flows_folder(settings, variable(surroundings.variables, "HOME"),
                                   variable(surroundings.variables, "XDG_STATE_HOME"));
  let_it_write(surroundings.variables);
  std::string words = fmt::format("{}", fmt::join(line.flow_words, " "));
  bool explains = line.command == CommandLine::Command::explain;
  if (explains || line.flows_action == "show") {
    question.id = words;
    return explains ? flow_explain(question) : flow_show(question);
  }
  if (line.flows_action == "diff") {
    question.id = line.flow_words[0];
    return flow_diff(question, line.flow_words[1]);
  }
  question.filter = words;
  if (line.flows_action == "export") return flow_export(question, stdout);
  Answer answer = flow_list(question);
  // An empty list is a list; who looks for something wants to know that nothing was found.
  if (line.flows_action == "list" && answer.exit_code == kFailure) answer.exit_code = kOk;
  return answer;
}

}  // namespace

std::string version_text() { return "porthole " PORTHOLE_VERSION; }

std::string help_text(const std::string& topic) {
  if (topic == "options") return options_text();
  return std::string(topic == "flows" ? kFlowsHelp : kHelp);
}

std::string port_unknown() {
  return "porthole: proxy.listen has port 0, so the port is chosen at start: name it with --listen ADDRESS:PORT\n";
}

Answer refusal(const Configuration& configuration) {
  Answer answer{configuration.misused() ? kUsage : kBadConfig, "", ""};
  for (const Complaint& complaint : configuration.complaints) answer.err += complaint.text() + "\n";
  return answer;
}

Answer answer(const CommandLine& line, const Surroundings& surroundings) {
  using Command = CommandLine::Command;
  if (line.command == Command::version) return {kOk, version_text() + "\n", ""};
  if (line.command == Command::help) return {kOk, help_text(line.help_topic), ""};
  if (line.command == Command::guide) {
    return guide_answer({.words = line.guide_words, .json = line.guide_json, .colour = line.colour});
  }
  if (line.command == Command::check) return check(line, surroundings);
  if (line.command == Command::status || line.command == Command::reload || line.command == Command::stop)
    return control_answer(line, surroundings);
  bool told = line.flows_action == "import" || line.flows_action == "clear" || line.flows_action == "replay";
  if (line.command == Command::flows && told) return control_answer(line, surroundings);
  Configuration configuration = load_configuration(surroundings);
  if (!configuration.good()) return refusal(configuration);
  switch (line.command) {
    case Command::config: return {kOk, configuration_text(configuration, line.origin), ""};
    case Command::flows:
    case Command::explain: return flows(line, surroundings, configuration.settings);
    case Command::limits: return {kOk, limits_text(configuration.settings, process_facts(configuration.settings)), ""};
    default: return with_address(line, surroundings, configuration);
  }
}

}  // namespace porthole::app
