// See configuration.h.
#include "app/configuration.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "app/option_value.h"
#include "base/suggestion.h"

namespace porthole::app {
namespace {

constexpr std::string_view kPrefix = "PORTHOLE_";
constexpr std::string_view kConfigVariable = "PORTHOLE_CONFIG";

void apply(Configuration& configuration, const Assignment& assignment) {
  auto assigned = assign(*assignment.option, assignment.words, configuration.settings);
  if (assigned) {
    configuration.origins[assignment.option->key] = assignment.origin;
    return;
  }
  const ValueError& error = assigned.error();
  std::size_t word = std::min(error.word, assignment.places.size() - 1);
  std::string value = error.word < assignment.words.size() ? assignment.words[error.word] : "";
  configuration.complaints.push_back(
      {assignment.places[word], fmt::format("{}: \"{}\": {}", assignment.option->key, value, error.what)});
}

void apply_words(Configuration& configuration, const Option& option, std::vector<std::string> words,
                 const Origin& origin) {
  std::vector<Origin> places(std::max<std::size_t>(1, words.size()), origin);
  apply(configuration, {&option, std::move(words), std::move(places), origin});
}

void apply_file(Configuration& configuration, const std::string& path, const ConfigFile& file) {
  configuration.file = path;
  for (const Assignment& assignment : file.assignments) apply(configuration, assignment);
  auto& all = configuration.complaints;
  all.insert(all.end(), file.complaints.begin(), file.complaints.end());
  std::sort(all.begin(), all.end(), [](const Complaint& a, const Complaint& b) {
    return std::pair(a.origin.line, a.origin.column) < std::pair(b.origin.line, b.origin.column);
  });
}

void apply_variables(Configuration& configuration, const Surroundings& surroundings) {
  std::vector<std::string> names{std::string(kConfigVariable)};
  for (const Option& option : options()) {
    names.push_back(option.variable());
    auto found = surroundings.variables.find(names.back());
    if (found == surroundings.variables.end()) continue;
    apply_words(configuration, option, split_words(option, found->second),
                {Origin::Kind::variable, names.back(), 0, 0});
  }
  // A variable that is nearly one of ours is worth a word; others with our prefix are not ours to judge (Kubernetes sets
  // PORTHOLE_PORT and more for a service of that name).
  std::vector<std::string_view> known(names.begin(), names.end());
  for (const auto& [name, value] : surroundings.variables) {
    if (!name.starts_with(kPrefix) || std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string_view near = nearest(name, known);
    if (!near.empty() && edit_distance(name, near) <= 2) {
      configuration.remarks.push_back(fmt::format("the variable {} means nothing here; did you mean {}?", name, near));
    }
  }
}

void apply_flags(Configuration& configuration, const Surroundings& surroundings) {
  for (const FlagValue& flag : surroundings.flags) {
    std::vector<std::string> words;
    for (const std::string& text : flag.texts) {
      for (std::string& word : split_words(*flag.option, text)) words.push_back(std::move(word));
    }
    apply_words(configuration, *flag.option, std::move(words),
                {Origin::Kind::flag, std::string(flag.option->flag), 0, 0});
  }
}

void apply_conflicts(Configuration& configuration) {
  for (Conflict& conflict : conflicts(configuration.settings)) {
    // What one option may not be is said where it was given, even when the other half is missing elsewhere; and where the
    // other half was given when only that was.
    Origin origin = configuration.origin(*find_option(conflict.key));
    if (origin.kind == Origin::Kind::built_in && !conflict.other.empty())
      origin = configuration.origin(*find_option(conflict.other));
    if (origin.kind == Origin::Kind::flag) origin.kind = Origin::Kind::variable;  // a conflict is no misuse of the flag
    configuration.complaints.push_back({origin, fmt::format("{}: {}", conflict.key, conflict.what)});
  }
}

Configuration checked(const std::string& path, const ConfigFile& file) {
  Configuration configuration;
  apply_file(configuration, path, file);
  if (configuration.good()) apply_conflicts(configuration);
  return configuration;
}

}  // namespace

bool Configuration::misused() const {
  return std::any_of(complaints.begin(), complaints.end(),
                     [](const Complaint& complaint) { return complaint.origin.kind == Origin::Kind::flag; });
}

const Origin& Configuration::origin(const Option& option) const {
  static const Origin built_in;
  auto found = origins.find(option.key);
  return found == origins.end() ? built_in : found->second;
}

std::string find_config_file(const Surroundings& surroundings, const std::function<bool(const std::string&)>& exists) {
  if (!surroundings.config_flag.empty()) return surroundings.config_flag;
  if (std::string named = variable(surroundings.variables, kConfigVariable); !named.empty()) return named;
  std::string home = variable(surroundings.variables, "XDG_CONFIG_HOME");
  if (home.empty()) {
    home = variable(surroundings.variables, "HOME");
    if (!home.empty()) home += "/.config";
  }
  if (!home.empty()) {
    std::string path = home + "/porthole/porthole.toml";
    if (exists(path)) return path;
  }
  std::string system = "/etc/porthole/porthole.toml";
  return exists(system) ? system : "";
}

Configuration load_configuration(const Surroundings& surroundings) {
  Configuration configuration;
  std::string path = find_config_file(surroundings, [](const std::string& name) {
    std::error_code ignored;
    return std::filesystem::exists(name, ignored);
  });
  if (!path.empty()) apply_file(configuration, path, ConfigFile::read(path));
  apply_variables(configuration, surroundings);
  apply_flags(configuration, surroundings);
  if (configuration.good()) apply_conflicts(configuration);
  return configuration;
}

Configuration check_file(const std::string& path) { return checked(path, ConfigFile::read(path)); }

Configuration check_text(std::string_view text, const std::string& path) {
  return checked(path, ConfigFile::parse(text, path));
}

std::string configuration_text(const Configuration& configuration, bool with_origins) {
  std::string text;
  std::string_view table;
  for (const Option& option : options()) {
    if (option.table() != table) text += fmt::format("{}[{}]\n", table.empty() ? "" : "\n", option.table());
    table = option.table();
    std::string line = fmt::format("{} = {}", option.name(), toml_of(option, configuration.settings));
    if (with_origins) line = fmt::format("{:<44}  # {}", line, configuration.origin(option).text());
    text += line + "\n";
  }
  return text;
}

std::string variable(const std::map<std::string, std::string>& variables, std::string_view name) {
  auto found = variables.find(std::string(name));
  return found == variables.end() ? std::string() : found->second;
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text(*entry);
    std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

}  // namespace porthole::app
