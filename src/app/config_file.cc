// See config_file.h. Types are checked here, because only here a number and a text differ; what the words mean is for
// option_value.h.
#include "app/config_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "app/option_value.h"
#include "base/suggestion.h"

namespace porthole::app {
namespace {

std::vector<std::string_view> table_names() {
  std::vector<std::string_view> names;
  for (const Option& option : options()) {
    if (names.empty() || names.back() != option.table()) names.push_back(option.table());
  }
  return names;
}

std::vector<std::string_view> keys_of(std::string_view table) {
  std::vector<std::string_view> names;
  for (const Option& option : options()) {
    if (option.table() == table) names.push_back(option.name());
  }
  return names;
}

std::string did_you_mean(std::string_view word) {
  return word.empty() ? "" : fmt::format("; did you mean \"{}\"?", word);
}

// What an unknown key of a table may stand for: a key of that table, else a table, else the same key elsewhere.
std::string hint_for(std::string_view table, std::string_view key) {
  if (std::string_view near = nearest(key, keys_of(table)); !near.empty()) return did_you_mean(near);
  if (std::string_view near = nearest(key, table_names()); !near.empty())
    return fmt::format("; did you mean the table \"{}\"?", near);
  for (const Option& option : options()) {
    if (option.name() == key) return fmt::format("; did you mean \"{}\" in [{}]?", key, option.table());
  }
  return {};
}

class Reader {
 public:
  Reader(ConfigFile& file, const std::string& path) : file_(file), path_(path) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      std::vector<std::string_view> known = table_names();
      bool is_table = std::find(known.begin(), known.end(), key.str()) != known.end();
      if (!is_table) {
        std::string_view near = nearest(key.str(), known);
        complain(place(key.source()), fmt::format("unknown {} \"{}\"{}", node.is_table() ? "table" : "key", key.str(),
                                                  near.empty() ? elsewhere(key.str()) : did_you_mean(near)));
      } else if (!node.is_table()) {
        complain(place(key.source()),
                 fmt::format("\"{}\" is a table: write [{}] and its keys below", key.str(), key.str()));
      } else {
        read_table(key.str(), *node.as_table());
      }
    }
  }

  void complain(Origin origin, std::string what) { file_.complaints.push_back({std::move(origin), std::move(what)}); }

  Origin place(const toml::source_region& source) const {
    return {Origin::Kind::file, path_, source.begin.line, source.begin.column};
  }

 private:
  // A known key outside its table: say which.
  static std::string elsewhere(std::string_view key) {
    for (const Option& option : options()) {
      if (option.name() == key) return fmt::format("; did you mean \"{}\" in [{}]?", key, option.table());
    }
    return {};
  }

  void read_table(std::string_view table, const toml::table& keys) {
    for (const auto& [key, node] : keys) {
      const Option* option = find_option(fmt::format("{}.{}", table, key.str()));
      if (!option) {
        complain(place(key.source()),
                 fmt::format("unknown key \"{}\" in [{}]{}", key.str(), table, hint_for(table, key.str())));
        continue;
      }
      Assignment assignment{.option = option, .words = {}, .places = {}, .origin = place(key.source())};
      if (read_value(assignment, node)) file_.assignments.push_back(std::move(assignment));
    }
  }

  bool read_value(Assignment& to, const toml::node& node) {
    switch (shape_of(*to.option)) {
      case Shape::text:
        if (auto text = node.value_exact<std::string>()) return add(to, *text, node);
        return wrong_type(to, node, fmt::format("a text such as {}", toml_of(*to.option, Settings{})));
      case Shape::integer:
        if (auto number = node.value_exact<std::int64_t>()) return add(to, std::to_string(*number), node);
        return wrong_type(to, node, "a whole number");
      case Shape::boolean:
        if (auto truth = node.value_exact<bool>()) return add(to, *truth ? "true" : "false", node);
        return wrong_type(to, node, "true or false");
      case Shape::list: return read_list(to, node);
      case Shape::access_log: return read_access_log(to, node);
    }
    return false;
  }

  bool read_list(Assignment& to, const toml::node& node) {
    const toml::array* list = node.as_array();
    if (!list) return wrong_type(to, node, "a list such as [\"...\"]");
    bool good = true;
    for (const toml::node& element : *list) {
      auto text = element.value_exact<std::string>();
      auto number = element.value_exact<std::int64_t>();
      if (text) add(to, *text, element);
      else if (number) add(to, std::to_string(*number), element);
      else good = wrong_type(to, element, "texts in the list");
    }
    if (to.places.empty()) to.places.push_back(to.origin);
    return good;
  }

  bool read_access_log(Assignment& to, const toml::node& node) {
    if (auto text = node.value_exact<std::string>()) {
      for (std::string& word : split_words(*to.option, *text)) add(to, std::move(word), node);
      return true;
    }
    const toml::table* table = node.as_table();
    if (!table) return wrong_type(to, node, "{ format = \"json\", to = \"stdout\" } or \"off\"");
    static constexpr std::string_view kKeys[] = {"format", "to"};
    bool good = true;
    for (const auto& [key, value] : *table) {
      if (key.str() == "format" || key.str() == "to") continue;
      complain(place(key.source()), fmt::format("unknown key \"{}\" in {}{}", key.str(), to.option->key,
                                                did_you_mean(nearest(key.str(), kKeys))));
      good = false;
    }
    for (std::string_view key : kKeys) {
      const toml::node* value = table->get(key);
      auto text = value ? value->value_exact<std::string>() : std::nullopt;
      if (text) add(to, *text, *value);
      else if (value) good = wrong_type(to, *value, "a text");
      else if (good) good = add(to, key == "format" ? "json" : "stdout", node);
    }
    return good;
  }

  bool add(Assignment& to, std::string word, const toml::node& node) {
    to.words.push_back(std::move(word));
    to.places.push_back(place(node.source()));
    return true;
  }

  bool wrong_type(const Assignment& to, const toml::node& node, std::string_view expected) {
    complain(place(node.source()),
             fmt::format("{}: expected {} ({})", to.option->key, expected, type_text(*to.option)));
    return false;
  }

  ConfigFile& file_;
  const std::string& path_;
};

}  // namespace

std::string Origin::text() const {
  if (kind == Kind::built_in) return "default";
  if (kind == Kind::file && line != 0) return fmt::format("{}:{}:{}", name, line, column);
  return name;
}

ConfigFile ConfigFile::parse(std::string_view text, const std::string& path) {
  ConfigFile file;
  Reader reader(file, path);
  try {
    reader.read(toml::parse(text, path));
  } catch (const toml::parse_error& error) {
    reader.complain(reader.place(error.source()), std::string(error.description()));
  }
  auto earlier = [](const Complaint& a, const Complaint& b) {
    return std::pair(a.origin.line, a.origin.column) < std::pair(b.origin.line, b.origin.column);
  };
  std::sort(file.complaints.begin(), file.complaints.end(), earlier);  // toml++ walks keys in the order of the alphabet
  return file;
}

ConfigFile ConfigFile::read(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> room;
  while (stream.read(room.data(), room.size()) || stream.gcount() > 0)
    text.append(room.data(), static_cast<std::size_t>(stream.gcount()));
  if (!stream.is_open() || stream.bad() || errno != 0) {
    ConfigFile file;
    file.complaints.push_back(
        {{Origin::Kind::file, path, 0, 0}, fmt::format("cannot be read: {}", std::strerror(errno))});
    return file;
  }
  return parse(text, path);
}

}  // namespace porthole::app
