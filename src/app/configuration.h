// Configuration: the layers put together. Flags beat PORTHOLE_* variables, which beat the file, which beats the defaults; each
// option remembers where its value came from. Building one has no effect; a reload builds another and compares.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/config_file.h"
#include "app/settings.h"

namespace porthole::app {

// What the command line said. `words` per option, as they follow the flag.
struct FlagValue {
  const Option* option = nullptr;
  std::vector<std::string> texts;
};

// Everything outside the file; kept for reloads.
struct Surroundings {
  std::string config_flag;  // --config, or empty
  std::vector<FlagValue> flags;
  std::map<std::string, std::string> variables;  // the environment
};

struct Configuration {
  Settings settings;
  std::map<std::string_view, Origin> origins;  // by Option::key; absent = default
  std::string file;                            // the file that was read; empty: none
  std::vector<Complaint> complaints;
  std::vector<std::string> remarks;  // variables that look mistyped

  bool good() const { return complaints.empty(); }
  // Some complaint is about a flag: exit code 2 rather than 78.
  bool misused() const;
  const Origin& origin(const Option& option) const;
};

// The file that counts: --config, then PORTHOLE_CONFIG, then $XDG_CONFIG_HOME (or ~/.config)/porthole/porthole.toml, then
// /etc/porthole/porthole.toml; of the last two the first that exists. Empty when there is none.
std::string find_config_file(const Surroundings& surroundings, const std::function<bool(const std::string&)>& exists);

Configuration load_configuration(const Surroundings& surroundings);
// For `porthole check FILE`: the file alone, over the defaults.
Configuration check_file(const std::string& path);
// The same for a text; `path` is only for the origins.
Configuration check_text(std::string_view text, const std::string& path);

// The effective values as a TOML file; with origins as trailing comments.
std::string configuration_text(const Configuration& configuration, bool with_origins);

// The process's environment.
std::map<std::string, std::string> environment();
// Of an environment; empty when it is not there.
std::string variable(const std::map<std::string, std::string>& variables, std::string_view name);

}  // namespace porthole::app
