// See option_list.h. Budgets that cannot be configured stand in kFixed with the place that enforces them.
#include "app/option_list.h"

#include <array>

#include <fmt/format.h>

#include "app/option_value.h"
#include "app/unit_text.h"
#include "base/log.h"
#include "flow/access_log.h"

namespace porthole::app {
namespace {

struct Fixed {
  std::string_view what;
  std::string value;
  std::string_view meaning;
};

std::array<Fixed, 5> fixed_limits() {
  const wire::Limits limits;
  return {{
      {"method", size_text(limits.method_bytes), "longest method; then 501"},
      {"chunk extensions", size_text(limits.chunk_extension_bytes), "of one message together; then 400"},
      {"interim responses", std::to_string(limits.interim_responses), "1xx before a final response; then 502"},
      {"access log", size_text(flow::AccessLogWriter::kWaitingMax),
       "lines waiting for the disk; then lines are dropped and counted"},
      {"log line", size_text(DiagnosticsLog::kLineMax), "of the diagnostics log; longer values are cut"},
  }};
}

std::string plain(std::string toml) {
  if (toml.size() >= 2 && toml.front() == '"') return toml.substr(1, toml.size() - 2);
  return toml;
}

// A budget is an option that bounds something: those with a range.
bool is_budget(const Option& option) { return option.max != UINT64_MAX; }

}  // namespace

std::string options_markdown() {
  std::string text = "| option | type | default | meaning | counts after |\n|---|---|---|---|---|\n";
  const Settings defaults;
  for (const Option& option : options()) {
    std::string help(option.help);
    for (std::size_t at = 0; (at = help.find('|', at)) != std::string::npos; at += 2) help.insert(at, "\\");
    std::string flag = option.flag.empty() ? "" : fmt::format("<br>`{}`", option.flag);
    text += fmt::format("| `{}`{} | {} | `{}` | {} | {} |\n", option.key, flag, type_text(option),
                        toml_of(option, defaults), help, option.takes == Takes::reload ? "reload" : "restart");
  }
  return text;
}

std::string options_text() {
  std::string text;
  const Settings defaults;
  for (const Option& option : options()) {
    std::string flag = option.flag.empty() ? "" : fmt::format("  {}", option.flag);
    text += fmt::format("{} = {}{}\n    {}. {}{}\n", option.key, toml_of(option, defaults), flag, option.help,
                        option.variable(), option.takes == Takes::reload ? "" : " (takes effect after a restart)");
  }
  return text;
}

std::string limits_text(const Settings& settings, const ProcessFacts& facts) {
  std::string text;
  auto line = [&](std::string_view what, std::string_view value, std::string_view meaning) {
    text += fmt::format("{:<24} {:>10}   {}\n", what, value, meaning);
  };
  for (const Option& option : options()) {
    if (is_budget(option)) line(option.key, plain(toml_of(option, settings)), option.help);
  }
  DescriptorBudget budget = descriptor_budget(facts);
  text += fmt::format("\nof {} descriptors (ulimit -n), with {} workers\n", facts.descriptors, facts.workers);
  line("client connections", std::to_string(connections_max(settings.connections, facts)),
       "of all workers; further ones wait, and those without a request make room");
  line("pipes", std::to_string(budget.pipes_per_worker), "per worker, for splicing: two descriptors each; then copied");
  line("idle to servers", std::to_string(std::min(settings.pool.idle_max, budget.idle_per_worker)),
       "per worker; closed when descriptors are short");
  text += "\nnot configurable\n";
  for (const Fixed& limit : fixed_limits()) line(limit.what, limit.value, limit.meaning);
  return text;
}

}  // namespace porthole::app
