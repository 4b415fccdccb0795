// pload: a closed-loop load on one forward proxy on this machine. Prints one line of JSON when it is done; the idle
// modes print one more when all connections stand, and then wait for the end of standard input.
// Exit: 0 no request failed, 1 some did, 2 usage.
#include <chrono>
#include <cstdio>
#include <span>

#include <sys/resource.h>

#include "pload/load.h"
#include "pload/options.h"
#include "pload/tally.h"

namespace {

namespace pload = porthole::pload;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void print(const pload::Load& load, const pload::Options& options, const char* phase, Clock::time_point started) {
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  std::printf("%s\n", to_json(load.tally(), options, phase, seconds, cpu_seconds()).c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<const char* const> arguments(argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0));
  if (arguments.size() == 1 && std::string_view(arguments[0]) == "--help") {
    std::printf("pload: closed-loop load on a forward proxy on loopback\n%s", pload::options_help().c_str());
    return 0;
  }
  const auto options = pload::parse_options(arguments);
  if (!options) {
    std::fprintf(stderr, "pload: %s\n", options.error().c_str());
    return 2;
  }

  raise_descriptor_limit();
  const auto started = Clock::now();
  pload::Load load(*options);
  if (options->idle()) {
    load.open_all();
    print(load, *options, "ready", started);
    load.hold();
    if (options->probe) load.probe();
  } else {
    load.run();
  }
  print(load, *options, "done", started);
  return load.tally().failed() == 0 ? 0 : 1;
}
