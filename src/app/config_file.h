// The configuration file: TOML text to assignments of options, each with its place. Every mistake is found, not only the
// first; nothing is applied here. toml++ stays inside the .cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/options_table.h"

namespace porthole::app {

// Where a value came from. A flag or variable has its name in `name`, a file its path and a position.
struct Origin {
  enum class Kind : std::uint8_t { built_in, file, variable, flag };
  Kind kind = Kind::built_in;
  std::string name;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  // "default", "porthole.toml:3:1", "PORTHOLE_LOG_LEVEL", "--listen".
  std::string text() const;
};

struct Complaint {
  Origin origin;
  std::string what;  // one sentence for a human without a final dot
  std::string text() const { return origin.text() + ": " + what; }
};

// One option given words; `places` has one entry per word, or a single one when the list is empty.
struct Assignment {
  const Option* option = nullptr;
  std::vector<std::string> words;
  std::vector<Origin> places;
  Origin origin;  // of the key
};

struct ConfigFile {
  std::vector<Assignment> assignments;
  std::vector<Complaint> complaints;

  // `path` is only for the origins.
  static ConfigFile parse(std::string_view text, const std::string& path);
  // A file that cannot be read is a complaint.
  static ConfigFile read(const std::string& path);
};

}  // namespace porthole::app
