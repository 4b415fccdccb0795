// sim: plays seeds and says which of them break what must always hold.
//
//   sim --seeds 1000 [--from N]     so many seeds; 0: until --seconds are over
//   sim --seconds 60 --jobs 2       fresh seeds (from the clock) for so long, in two processes
//   sim --seed 17                   one seed, told step by step
//   sim --canary lost_byte          the world has that bug: exit code 0 when it is found within --seeds
//
// The last line is "N seeds, M with violations, E requests". A failing seed is printed with the line that plays it again.
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/world.h"

namespace sim = porthole::sim;

namespace {

struct Options {
  std::uint64_t seeds = 0, from = 0, seconds = 0, jobs = 1;
  bool fresh = true;
  bool one = false;
  sim::Canary canary = sim::Canary::none;
};

struct Tally {
  std::uint64_t seeds = 0, bad = 0, requests = 0;
};

constexpr std::uint64_t kBadShown = 5;

std::uint64_t playing = 0;  // the seed, for whoever sees the process die

void name_the_seed(int) {
  fmt::print("died in seed {}\n  again: sim --seed {}\n", playing, playing);
  std::fflush(stdout);
  std::signal(SIGABRT, SIG_DFL);
  std::signal(SIGSEGV, SIG_DFL);
}

[[noreturn]] void usage() {
  fmt::print(stderr, "usage: sim [--seeds N] [--from N] [--seconds N] [--jobs N] [--seed N] [--canary NAME]\n");
  std::exit(2);
}

std::uint64_t number(const char* text) {
  std::uint64_t value = 0;
  std::string_view view = text ? text : "";
  auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
  if (error != std::errc() || end != view.data() + view.size()) usage();
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    std::string_view flag = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (flag == "--seeds") options.seeds = number(value);
    else if (flag == "--from") options.from = number(value), options.fresh = false;
    else if (flag == "--seconds") options.seconds = number(value);
    else if (flag == "--jobs") options.jobs = std::max<std::uint64_t>(1, number(value));
    else if (flag == "--seed") options.from = number(value), options.one = true, options.fresh = false;
    else if (flag == "--canary" && value) {
      int c = 1;
      while (c < static_cast<int>(sim::Canary::count_) && sim::canary_text(static_cast<sim::Canary>(c)) != value) ++c;
      if (c == static_cast<int>(sim::Canary::count_)) usage();
      options.canary = static_cast<sim::Canary>(c);
    } else {
      usage();
    }
  }
  if (options.one) options.seeds = 1;
  if (options.seeds == 0 && options.seconds == 0) options.seeds = 1000;
  if (options.fresh && options.canary == sim::Canary::none) {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    options.from = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) << 20;
  }
  return options;
}

// Seeds from + job, from + job + jobs, ...
void play(const Options& options, std::uint64_t job, Tally& tally) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
  for (std::uint64_t i = job; options.seeds == 0 || i < options.seeds; i += options.jobs) {
    if (options.seconds > 0 && i % 16 == job && std::chrono::steady_clock::now() > end) return;
    std::uint64_t seed = options.from + i;
    playing = seed;
    sim::World world(seed, options.canary, options.one);
    std::vector<std::string> violations = world.run();
    ++tally.seeds;
    tally.requests += world.exchanges();
    if (violations.empty()) continue;
    ++tally.bad;
    if (options.canary != sim::Canary::none) return;
    if (tally.bad > kBadShown) continue;
    for (const std::string& what : violations) fmt::print("seed {}: {}\n", seed, what);
    fmt::print("  again: sim --seed {}\n", seed);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  std::signal(SIGABRT, &name_the_seed);
  std::signal(SIGSEGV, &name_the_seed);
  void* memory =
      ::mmap(nullptr, sizeof(Tally) * options.jobs, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  auto* tallies = static_cast<Tally*>(memory);  // zeros
  bool died = false;
  if (options.jobs == 1) {
    play(options, 0, tallies[0]);
  } else {
    for (std::uint64_t job = 0; job < options.jobs; ++job) {
      if (::fork() == 0) {
        play(options, job, tallies[job]);
        std::fflush(stdout);
        std::exit(0);
      }
    }
    for (int status = 0; ::wait(&status) > 0;) died |= status != 0;
  }
  Tally all;
  for (std::uint64_t job = 0; job < options.jobs; ++job) {
    all.seeds += tallies[job].seeds;
    all.bad += tallies[job].bad;
    all.requests += tallies[job].requests;
  }
  if (died) fmt::print("a process died: run its seeds with --jobs 1\n");
  if (options.canary != sim::Canary::none) {
    fmt::print("canary {}: {} after {} seeds\n", sim::canary_text(options.canary), all.bad > 0 ? "found" : "NOT FOUND",
               all.seeds);
    return all.bad > 0 ? 0 : 1;
  }
  fmt::print("{} seeds, {} with violations, {} requests\n", all.seeds, all.bad, all.requests);
  return all.bad > 0 || died ? 1 : 0;
}
