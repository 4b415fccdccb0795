// porthole: the words of the command line to a command; its text to the streams, its code to the shell.
#include <cstdio>
#include <exception>

#include <unistd.h>

#include "app/browser.h"
#include "app/commands.h"
#include "app/exec.h"
#include "app/program.h"
#include "app/tail.h"

namespace porthole::app {
namespace {

int run(int argc, char** argv) {
  CommandLine line = parse_command_line(argc, argv);
  if (!line.error.empty()) {
    bool flows = argc > 1 && argv[1] == std::string_view("flows");
    std::fprintf(stderr, "porthole: %s\ntry: porthole %s\n", line.error.c_str(), flows ? "flows --help" : "help");
    return kUsage;
  }
  Surroundings surroundings{line.config_flag, line.flags, environment()};
  line.colour = isatty(STDOUT_FILENO) == 1 && !surroundings.variables.contains("NO_COLOR");
  switch (line.command) {
    case CommandLine::Command::run: return run_program(line, surroundings);
    case CommandLine::Command::exec: return run_exec(line, surroundings);
    case CommandLine::Command::open: return run_open(line, surroundings);
    case CommandLine::Command::tail: return run_tail(line, surroundings);
    default: break;
  }
  Answer said = answer(line, surroundings);
  std::fputs(said.err.c_str(), stderr);
  // By its size: content that is printed as it passed may hold a NUL.
  bool written = std::fwrite(said.out.data(), 1, said.out.size(), stdout) == said.out.size();
  written = std::fflush(stdout) == 0 && written;
  return written || said.exit_code != kOk ? said.exit_code : kFailure;
}

}  // namespace
}  // namespace porthole::app

int main(int argc, char** argv) {
  try {
    return porthole::app::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "porthole: %s\n", problem.what());
    return porthole::app::kFailure;
  }
}
