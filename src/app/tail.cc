// See tail.h.
#include "app/tail.h"

#include <cstdio>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/control_client.h"
#include "app/control_socket.h"
#include "base/clock.h"
#include "match/expr.h"

namespace porthole::app {
namespace {

using Object = nlohmann::ordered_json;

// Of the terminal that standard output is; 0 when it is none.
std::size_t columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool print(const std::string& text) {
  return text.empty() || (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0);
}

int fail_with(int code, std::string_view what) {
  std::fputs(fmt::format("porthole: {}\n", what).c_str(), stderr);
  return code;
}

// Empty when rows can answer it, else why not.
std::string fault_of_filter(const std::string& text) {
  auto expr = match::Expr::parse(text);
  if (!expr) return fmt::format("filter: {}", match::fault_text(expr.error()));
  std::string beyond;
  match::for_each_term(expr->root(), [&](const match::Term& term) {
    bool inside = term.key >= match::Key::header && term.key <= match::Key::response_body;
    if (inside && beyond.empty()) beyond = text.substr(term.offset, term.length);
  });
  if (beyond.empty()) return {};
  return fmt::format("filter: \"{}\": tail knows no fields and no content: porthole flows find searches them", beyond);
}

// Whether flows are recorded: there is nothing to follow otherwise.
std::string fault_of_status(const ControlClient::Reply& reply) {
  if (!reply.good()) return reply.fault();
  auto json = nlohmann::json::parse(reply.body, nullptr, false);
  auto capture = json.is_object() ? json.find("capture") : json.end();
  if (capture == json.end() || !capture->is_object()) return "the proxy's answer is not understood";
  if (capture->value("on", false)) return {};
  return fmt::format("the proxy records nothing ({}): set on = true in [capture]", capture->value("why", "it is off"));
}

class Follower {
 public:
  Follower(const ControlClient& client, const CommandLine& line, std::string filter)
      : client_(client),
        filter_(std::move(filter)),
        tail_(SystemClock().wall(), line.json, {.colour = line.colour, .columns = columns()}) {}

  int run() {
    auto take = [this](std::string_view bytes) { return this->take(bytes); };
    auto reply = client_.follow(fmt::format("/api/stream?filter={}", percent_encoded(filter_)), take);
    if (unread_) return kOk;
    if (!reply) return fail_with(kFailure, reply.error());
    if (!reply->good()) return fail_with(kFailure, reply->fault());
    return fail_with(kFailure, stream_.broken() ? "the proxy's answer is not understood" : "the proxy has ended");
  }

 private:
  bool take(std::string_view bytes) {
    tail_.set_columns(columns());
    for (const StreamEvent& event : stream_.feed(bytes)) {
      bool told = print(tail_.take(event));
      if (tail_.behind()) told = print(missed());
      if (!told) {
        unread_ = true;
        return false;
      }
    }
    return !stream_.broken();
  }

  std::string missed() {
    std::fputs("porthole: more passed than could be told: the newest 1,000 follow, porthole flows list has all\n",
               stderr);
    auto page = client_.ask("GET", fmt::format("/api/flows?limit=1000&filter={}", percent_encoded(filter_)));
    return tail_.catch_up(page && page->good() ? page->body : "");
  }

  const ControlClient& client_;
  std::string filter_;
  Tail tail_;
  EventStream stream_;
  bool unread_ = false;  // who reads us has left, as `head` does
};

}  // namespace

std::string Tail::take(const StreamEvent& event) {
  if (event.name == "resync") behind_ = true;
  if (event.name != "rows") return {};
  return lines_of(event.data, {"add", "upd"});
}

std::string Tail::catch_up(std::string_view page) {
  behind_ = false;
  return lines_of(page, {"rows"});
}

std::string Tail::lines_of(std::string_view text, std::initializer_list<const char*> lists) {
  auto json = Object::parse(text, nullptr, false);
  std::multimap<WallTime, Object> ended;
  for (const char* list : lists) {
    auto rows = json.is_object() ? json.find(list) : json.end();
    if (rows == json.end() || !rows->is_array()) continue;
    for (Object& one : *rows) {
      auto row = row_of(one);
      if (row && !row->open) ended.emplace(row->begun + row->took, std::move(one));
    }
  }
  std::string lines;
  for (const auto& [at, one] : ended) lines += line_of(one);
  return lines;
}

std::string Tail::line_of(const Object& json) {
  auto row = row_of(json);
  bool news = row && !row->open && !json.contains("imported") && row->begun + row->took >= since_;
  if (!news || !shown_.insert(row->flow.value).second) return {};
  order_.push_back(row->flow.value);
  if (order_.size() > kRemembered) {
    shown_.erase(order_.front());
    order_.pop_front();
  }
  // In ASCII alone: U+0080 to U+009F are controls for some terminals.
  return json_ ? json.dump(-1, ' ', true) + "\n" : row_line(*row, look_);
}

int run_tail(const CommandLine& line, const Surroundings& surroundings) {
  std::string filter = fmt::format("{}", fmt::join(line.flow_words, " "));
  if (std::string fault = fault_of_filter(filter); !fault.empty()) return fail_with(kUsage, fault);
  auto client = ControlClient::find(control_paths(surroundings.variables));
  if (!client) return fail_with(kFailure, client.error());
  auto status = client->ask("GET", "/api/status");
  if (!status) return fail_with(kFailure, status.error());
  if (std::string fault = fault_of_status(*status); !fault.empty()) return fail_with(kFailure, fault);
  return Follower(*client, line, std::move(filter)).run();
}

}  // namespace porthole::app
