// Foreground: another program run in our place: with our streams and our process group, our signals passed on, and its end as our
// exit code. `porthole exec` and `porthole open` are this with a proxy beside it.
#pragma once

#include <csignal>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace porthole::app {

class Foreground {
 public:
  // Blocks the signals that are passed on, and PIPE, in this thread, hence in all threads it starts: once per process, before any
  // other thread. The program that is run gets what was there before.
  Foreground();

  // Runs `words` (the first is looked for in PATH) with these variables and this soft limit of descriptors, to its end. Its exit
  // code; 128 + n when signal n ended it; 127 when there is no such program and 126 when it cannot be run, as shells have it,
  // with a line on standard error.
  int run(const std::vector<std::string>& words, const std::map<std::string, std::string>& variables,
          std::uint64_t descriptors) const;

 private:
  sigset_t passed_on_{};
  sigset_t before_{};
};

// The soft limit of descriptors as it is now.
std::uint64_t descriptor_soft_limit();

}  // namespace porthole::app
