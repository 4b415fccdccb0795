// How the program says that it is ready: the banner for people, one JSON line for programs that started it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"

namespace porthole::app {

struct Announcement {
  long pid = 0;
  std::vector<Endpoint> proxy;  // as bound
  std::optional<Endpoint> observe, ui;
  std::string code;  // that signs in to the inspector, once

  // {"pid":123,"proxy":["127.0.0.1:8083"],"observe":"127.0.0.1:8085","ui":"127.0.0.1:8084"}, with a newline.
  // No secret is in it.
  std::string ready_line() const;
  // Three lines, without `ui` two; with more hints when a person looks. `env_needs_address`: `porthole env` alone would name
  // another address.
  std::string banner(bool to_person, bool env_needs_address) const;
};

// Writes `text` to the descriptor and closes it; to the file by rename. False, with errno, when it cannot.
bool write_descriptor(int descriptor, const std::string& text);
bool write_file(const std::string& path, const std::string& text);

}  // namespace porthole::app
