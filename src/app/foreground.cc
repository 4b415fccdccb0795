// See foreground.h.
#include "app/foreground.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace porthole::app {
namespace {

constexpr int kNotFound = 127, kCannotRun = 126, kEndedBySignal = 128;

// A soft limit for the time of one spawn: the program inherits it, and we have ours back. Descriptors that are open stay open.
class SoftLimit {
 public:
  explicit SoftLimit(std::uint64_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &ours_);
    rlimit lent = ours_;
    lent.rlim_cur = std::min<rlim_t>(limit, ours_.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &lent);
  }
  ~SoftLimit() { ::setrlimit(RLIMIT_NOFILE, &ours_); }
  SoftLimit(const SoftLimit&) = delete;
  SoftLimit& operator=(const SoftLimit&) = delete;

 private:
  rlimit ours_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// errno, or 0 with `child` filled.
int start(std::vector<std::string> words, const std::map<std::string, std::string>& variables, const sigset_t& mask,
          pid_t& child) {
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(fmt::format("{}={}", name, value));
  posix_spawnattr_t attributes;
  if (int failed = ::posix_spawnattr_init(&attributes); failed != 0) return failed;
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  int failed =
      ::posix_spawnp(&child, words[0].c_str(), nullptr, &attributes, pointers(words).data(), pointers(entries).data());
  ::posix_spawnattr_destroy(&attributes);
  return failed;
}

std::optional<int> ended(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, WNOHANG) != child) return std::nullopt;
  if (WIFSIGNALED(status)) return kEndedBySignal + WTERMSIG(status);
  return WEXITSTATUS(status);
}

}  // namespace

Foreground::Foreground() {
  sigemptyset(&passed_on_);
  for (int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM}) sigaddset(&passed_on_, number);
  // Were it ignored, as some parents leave it, nobody could wait for a child.
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t blocked = passed_on_;
  sigaddset(&blocked, SIGCHLD);
  // Blocked rather than ignored: a program that is run inherits what is ignored, but not what is blocked.
  sigaddset(&blocked, SIGPIPE);
  ::sigprocmask(SIG_BLOCK, &blocked, &before_);
}

int Foreground::run(const std::vector<std::string>& words, const std::map<std::string, std::string>& variables,
                    std::uint64_t descriptors) const {
  pid_t child = -1;
  int failed = 0;
  {
    SoftLimit lent(descriptors);
    failed = start(words, variables, before_, child);
  }
  if (failed != 0) {
    std::fprintf(stderr, "porthole: %s: %s\n", words[0].c_str(),
                 failed == ENOENT ? "not found" : std::strerror(failed));
    return failed == ENOENT ? kNotFound : kCannotRun;
  }
  sigset_t wanted = passed_on_;
  sigaddset(&wanted, SIGCHLD);
  while (true) {
    siginfo_t signal{};
    int number = ::sigwaitinfo(&wanted, &signal);
    if (number == SIGCHLD) {
      if (auto code = ended(child)) return *code;
    } else if (number > 0 && signal.si_code != SI_KERNEL) {
      ::kill(child, number);  // what the terminal sends (SI_KERNEL) has reached the whole group, the child too
    }
  }
}

std::uint64_t descriptor_soft_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

}  // namespace porthole::app
