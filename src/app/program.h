// The running program: opens the listeners, starts the threads, says that it is ready, then does what signals ask until it is told
// to stop. The only place where the rooms meet.
#pragma once

#include "app/command_line.h"

namespace porthole::app {

// `porthole run`; returns the exit code.
int run_program(const CommandLine& line, const Surroundings& surroundings);

}  // namespace porthole::app
