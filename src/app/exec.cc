// See exec.h. The proxy is in this process, not in another: it cannot outlive the command whatever ends us, its port is known
// without a message, and what it refused is a list in memory rather than lines to be read back from a log.
#include "app/exec.h"

#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "app/foreground.h"
#include "app/har_recording.h"
#include "app/private_proxy.h"
#include "app/proxy_variables.h"

namespace porthole::app {
namespace {

// The flags' values over the defaults; an exit code and a line on standard error when one is wrong.
int read_flags(const CommandLine& line, PrivateProxyOptions& options) {
  // The flags alone: an empty file, no variables.
  Configuration configuration = load_configuration({"/dev/null", line.flags, {}});
  if (!configuration.good()) {
    Answer refused = refusal(configuration);
    std::fputs(refused.err.c_str(), stderr);
    return refused.exit_code;
  }
  options.access_log = configuration.settings.access_log;
  if (!line.deny_rest) return kOk;
  options.only.emplace();
  for (const std::string& host : line.allowed_hosts) {
    if (options.only->add(host)) continue;
    std::fprintf(stderr, "porthole: --allow: \"%s\" is no host: write shop.test, *.shop.test or 192.0.2.1\n",
                 host.c_str());
    return kUsage;
  }
  return kOk;
}

}  // namespace

std::string refused_text(const std::vector<RefusedHost>& refused) {
  std::string text = "porthole: --deny-rest refused";
  for (const RefusedHost& one : refused) {
    bool bare = one.host.contains(':') && !one.host.starts_with('[');
    text += fmt::format("\n  {}{}{}:{}", bare ? "[" : "", one.host, bare ? "]" : "", one.port);
    if (one.requests > 1) text += fmt::format("  {} times", one.requests);
  }
  return text + "\n";
}

int run_exec(const CommandLine& line, const Surroundings& surroundings) {
  PrivateProxyOptions options;
  if (int wrong = read_flags(line, options); wrong != kOk) return wrong;
  std::uint64_t descriptors = descriptor_soft_limit();  // the proxy raises ours, which is not the command's business
  Foreground foreground;
  std::optional<HarRecording> har;
  if (!line.har_path.empty()) options.recorder = &har.emplace(line.har_path).recorder();
  std::optional<PrivateProxy> proxy(std::in_place, std::move(options));
  int code = foreground.run(line.words, proxied(surroundings.variables, proxy->address()), descriptors);
  std::vector<RefusedHost> refused = proxy->refused();
  proxy.reset();  // its worker tells the recorder no more
  bool good = refused.empty();
  if (har) {
    HarRecording::Written written = har->finish();
    std::fputs(written.remarks.c_str(), stderr);
    good = good && written.good;
  }
  if (!refused.empty()) std::fputs(refused_text(refused).c_str(), stderr);
  return good || code != kOk ? code : kFailure;
}

}  // namespace porthole::app
