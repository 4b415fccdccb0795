// See control_commands.h.
#include "app/control_commands.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/control_socket.h"
#include "app/replay_command.h"
#include "app/row_line.h"
#include "app/unit_text.h"
#include "base/clock.h"
#include "flow/story.h"

namespace porthole::app {
namespace {

using Object = nlohmann::json;

Answer failed(std::string_view what, int code = kFailure) { return {code, "", fmt::format("porthole: {}\n", what)}; }

std::string date_text(std::int64_t us) {
  std::time_t seconds = us / 1'000'000;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

// "3 d 4 h", "2 h 5 min", "12 s": the two largest units.
std::string age_text(std::int64_t seconds) {
  if (seconds >= 86'400) return fmt::format("{} d {} h", seconds / 86'400, seconds / 3600 % 24);
  if (seconds >= 3600) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  if (seconds >= 60) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} s", seconds);
}

std::string capture_text(const Object& capture) {
  std::string why = safe(capture.value("why", ""));
  if (!capture.value("on", false)) return fmt::format("off: {}", why);
  std::string text =
      fmt::format("{}, {} of {} in {}", capture.value("paused", false) ? "paused: " + why : "on",
                  flow::size_words(capture.value("bytes", ByteCount{0})),
                  flow::size_words(capture.value("keep", ByteCount{0})), safe(capture.value("folder", "")));
  text += fmt::format("\n  flows    {} recorded, {} open", capture.value("flows", std::uint64_t{0}),
                      capture.value("open", std::int64_t{0}));
  auto incomplete = capture.value("incomplete", std::uint64_t{0});
  return incomplete == 0 ? text : text + fmt::format(", {} of them incomplete", incomplete);
}

std::string status_page(const Object& status, const std::string& path, WallTime now) {
  auto started = status.value("started", std::int64_t{0});
  auto age = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() - started / 1'000'000;
  std::string proxy;
  for (const Object& at : status.value("proxy", Object::array()))
    proxy += " " + (at.is_string() ? at.get<std::string>() : "");
  std::string page =
      fmt::format("porthole {}, process {}, {}\n", status.value("version", "?"), status.value("pid", std::int64_t{0}),
                  status.value("draining", false) ? "draining" : "serving");
  page += fmt::format("  since    {} ({})\n", date_text(started), age_text(std::max<std::int64_t>(0, age)));
  page += fmt::format("  proxy   {}, {} workers\n", proxy, status.value("workers", 0U));
  page += fmt::format("  capture  {}\n", capture_text(status.value("capture", Object::object())));
  return page + fmt::format("  control  {}\n", path);
}

// Values of other types than expected are another program's, or another version's.
std::optional<Object> object_of(const ControlClient::Reply& reply) {
  auto json = Object::parse(reply.body, nullptr, false);
  return reply.good() && json.is_object() ? std::optional(std::move(json)) : std::nullopt;
}

}  // namespace

Answer status_answer(const ControlClient& client, bool json, WallTime now) {
  auto reply = client.ask("GET", "/api/status");
  if (!reply) return failed(reply.error());
  auto status = object_of(*reply);
  if (!status) return failed(reply->good() ? "the proxy's answer is not understood" : reply->fault());
  if (json) return {kOk, reply->body + "\n", ""};
  try {
    return {kOk, status_page(*status, client.path(), now), ""};
  } catch (const nlohmann::json::exception&) {
    return failed("the proxy's answer is not understood");
  }
}

Answer reload_answer(const ControlClient& client) {
  auto reply = client.ask("POST", "/api/reload");
  if (!reply) return failed(reply.error());
  if (reply->good()) return {kOk, "", "porthole: reloaded\n"};
  auto json = Object::parse(reply->body, nullptr, false);
  bool bad_config = json.is_object() && json.contains("error") && json["error"].is_object() &&
                    json["error"].value("code", Object()) == "bad_config";
  return failed(fmt::format("the old configuration is in force: {}", reply->fault()),
                bad_config ? kBadConfig : kFailure);
}

Answer stop_answer(const ControlClient& client) {
  auto before = client.ask("GET", "/api/status");
  if (!before) return failed(before.error());
  auto status = object_of(*before);
  auto pid = status ? status->find("pid") : Object::iterator();
  if (!status || pid == status->end() || !pid->is_number_integer())
    return failed("the proxy's answer is not understood");
  auto reply = client.ask("POST", "/api/stop");
  if (!reply) return failed(reply.error());
  if (!reply->good()) return failed(reply->fault());
  // It drains first. Another user's process answers EPERM as long as it is there.
  while (::kill(pid->get<pid_t>(), 0) == 0 || errno == EPERM)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return {kOk, "", "porthole: stopped\n"};
}

Answer import_answer(const ControlClient& client, const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream file(path);
    if (!file) return failed(fmt::format("{}: {}", path, std::strerror(errno)));
    if (file.peek() == std::ifstream::traits_type::eof() && errno == EISDIR)
      return failed(fmt::format("{}: {}", path, std::strerror(EISDIR)));
    text << file.rdbuf();
  }
  auto reply = client.ask("POST", "/api/har", std::move(text).str());
  if (!reply) return failed(reply.error());
  auto said = object_of(*reply);
  if (!said) return failed(reply->good() ? "the proxy's answer is not understood" : reply->fault());
  Answer answer;
  for (const Object& problem : said->value("problems", Object::array()))
    answer.err += fmt::format("porthole: {}\n", problem.is_string() ? safe(problem.get<std::string>()) : "?");
  auto added = said->value("added", std::uint64_t{0});
  answer.err += fmt::format("porthole: {} flow{} imported\n", added, added == 1 ? "" : "s");
  if (added == 0) answer.exit_code = kFailure;
  return answer;
}

Answer clear_answer(const ControlClient& client) {
  auto reply = client.ask("DELETE", "/api/flows");
  if (!reply) return failed(reply.error());
  if (!reply->good()) return failed(reply->fault());
  return {kOk, "", "porthole: forgotten, but for what is pinned\n"};
}

void let_it_write(const std::map<std::string, std::string>& variables) {
  auto before = std::signal(SIGPIPE, SIG_DFL);
  // It writes before it tells how much it has recorded. If it does not answer there is nothing to be done.
  if (auto client = ControlClient::find(control_paths(variables), std::chrono::seconds(1)))
    (void)client->ask("GET", "/api/status");
  std::signal(SIGPIPE, before);  // of a list that goes to `head` the rest is not wanted
}

std::optional<Endpoint> running_proxy(const std::map<std::string, std::string>& variables) {
  auto client = ControlClient::find(control_paths(variables));
  auto reply = client ? client->ask("GET", "/api/status") : std::unexpected(client.error());
  auto status = reply ? object_of(*reply) : std::nullopt;
  auto proxy = status ? status->find("proxy") : Object::iterator();
  if (!status || proxy == status->end() || !proxy->is_array()) return std::nullopt;
  Settings settings;
  settings.listen.clear();
  for (const Object& one : *proxy) {
    auto at = one.is_string() ? Endpoint::parse(one.get<std::string>()) : std::nullopt;
    if (at) settings.listen.push_back(*at);
  }
  return settings.listen.empty() ? std::nullopt : std::optional(local_proxy_address(settings));
}

Endpoint proxy_meant(const Configuration& configuration, const std::map<std::string, std::string>& variables) {
  Endpoint configured = local_proxy_address(configuration.settings);
  bool named = configuration.origin(*find_option("proxy.listen")).kind == Origin::Kind::flag;
  return named ? configured : running_proxy(variables).value_or(configured);
}

Answer control_answer(const CommandLine& line, const Surroundings& surroundings) {
  auto client = ControlClient::find(control_paths(surroundings.variables));
  if (!client) return failed(client.error());
  switch (line.command) {
    case CommandLine::Command::reload: return reload_answer(*client);
    case CommandLine::Command::stop: return stop_answer(*client);
    case CommandLine::Command::flows:
      if (line.flows_action == "clear") return clear_answer(*client);
      if (line.flows_action == "replay") {
        ReplayEdits edits{.method = line.replay_method, .fields = line.replay_fields, .data = line.replay_data};
        return replay_command(*client, line.flow_words.front(), edits, line.json);
      }
      return import_answer(*client, line.flow_words.empty() ? "-" : line.flow_words.front());
    default: return status_answer(*client, line.json, SystemClock().wall());
  }
}

}  // namespace porthole::app
