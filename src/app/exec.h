// `porthole exec`: a command with a proxy of its own beside it, for as long as the command runs.
#pragma once

#include "app/commands.h"
#include "app/private_proxy.h"

namespace porthole::app {

// Runs the command to its end and returns the exit code: the command's own; kFailure when --deny-rest refused something to a
// command that ended well, or --har could not be written. Neither the configuration file nor PORTHOLE_* variables count. Throws
// std::runtime_error when the proxy cannot be started; then the command has not run.
int run_exec(const CommandLine& line, const Surroundings& surroundings);

// What --deny-rest refused, as a page for standard error.
std::string refused_text(const std::vector<RefusedHost>& refused);

}  // namespace porthole::app
