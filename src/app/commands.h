// The commands that do not serve: each prints to standard output and returns the exit code. Diagnostics go to standard error.
// Output is returned as text, so tests need no terminal.
#pragma once

#include <string>

#include "app/command_line.h"

namespace porthole::app {

struct Answer {
  int exit_code = kOk;
  std::string out;
  std::string err;
};

// `porthole 0.1.0`, one line.
std::string version_text();
// One screen of 24 lines; `topic` "options" is the whole table.
std::string help_text(const std::string& topic);

// Any command but run, exec, open and tail.
Answer answer(const CommandLine& line, const Surroundings& surroundings);

// What is said when an address is asked for whose port only the start decides.
std::string port_unknown();

// What a configuration that is not good makes a command say, and its exit code.
Answer refusal(const Configuration& configuration);

}  // namespace porthole::app
