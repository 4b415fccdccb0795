// The command line: words to one plain value. CLI11 stays inside the .cc; what a command does is in commands.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/configuration.h"

namespace porthole::app {

// Exit codes, the same for every command (sysexits where they fit).
enum ExitCode : int { kOk = 0, kFailure = 1, kUsage = 2, kCannotBind = 69, kBadConfig = 78 };

struct CommandLine {
  enum class Command : std::uint8_t {
    run,
    exec,
    open,
    tail,
    status,
    reload,
    stop,
    check,
    config,
    env,
    pac,
    limits,
    guide,
    flows,
    explain,
    version,
    help
  };
  Command command = Command::run;
  std::string config_flag;
  std::vector<FlagValue> flags;
  int ready_fd = -1;
  std::string ready_file;
  bool origin = false;                     // config --origin
  bool unset = false;                      // env --unset
  std::string shell = "sh";                // env --shell
  std::string test_url;                    // pac --test
  std::string check_path;                  // check FILE
  std::string help_topic;                  // help options|flows
  std::vector<std::string> guide_words;    // guide WORD...
  bool guide_json = false;                 // guide --json
  std::string flows_action;                // flows list|find|show|diff|export|import|clear|replay
  std::vector<std::string> flow_words;     // the filter, or ids of flows
  std::string snippet;                     // flows show --as
  bool with_secrets = false;               // flows show, export --with-secrets
  std::string flow_folder;                 // flows, explain --folder
  std::size_t flow_limit = 0;              // flows list, find, export --limit; 0: not given
  bool json = false;                       // flows, tail, status --json
  std::string replay_method;               // flows replay --method
  std::vector<std::string> replay_fields;  // flows replay -H 'Name: value'...
  std::optional<std::string> replay_data;  // flows replay --data
  std::vector<std::string> allowed_hosts;  // exec --allow HOST...
  std::string har_path;                    // exec --har F
  bool deny_rest = false;                  // exec --deny-rest
  std::vector<std::string> words;          // exec, open: what follows --, untouched
  std::string browser;                     // open NAME
  bool colour = false;                     // standard output is a terminal that wants it; main() knows

  std::string error;  // not empty: usage error, one line
};

CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace porthole::app
