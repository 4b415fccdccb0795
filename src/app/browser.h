// `porthole open chromium|firefox`: a browser with a fresh profile that already uses the proxy. Nothing of the user's own profile
// is touched, and this one goes when the browser ends.
#pragma once

#include "app/commands.h"

namespace porthole::app {

// The browsers that open knows.
std::vector<std::string> browser_names();

struct BrowserStart {
  Endpoint proxy;
  std::string profile;             // an empty folder
  bool as_root = false;            // Chromium's sandbox refuses root
  std::vector<std::string> words;  // of the user; without any the browser shows the proxy's own page
};
// The command without the program's name.
std::vector<std::string> chromium_words(const BrowserStart& start);
std::vector<std::string> firefox_words(const BrowserStart& start);
// The profile's user.js: Firefox takes its proxy from there.
std::string firefox_preferences(const Endpoint& proxy);

// The first of `names` that can be run in the folders of PATH; empty when none can.
std::string find_program(const std::vector<std::string>& names, const std::string& path);

// Runs it to its end; the exit code is the browser's. kFailure, with a sentence on standard error, when there is none.
int run_open(const CommandLine& line, const Surroundings& surroundings);

}  // namespace porthole::app
