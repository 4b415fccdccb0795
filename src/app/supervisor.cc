// See supervisor.h.
#include "app/supervisor.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "io/datagram.h"

namespace porthole::app {

Supervisor::Supervisor(const std::map<std::string, std::string>& variables, long pid) {
  auto value = [&](const char* name) {
    auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  socket_ = value("NOTIFY_SOCKET");
  auto patience_us = ascii::parse_decimal(value("WATCHDOG_USEC"));
  std::string watched = value("WATCHDOG_PID");
  bool ours = watched.empty() || watched == std::to_string(pid);
  if (!socket_.empty() && ours && patience_us && *patience_us > 0 && *patience_us < 1'000'000'000'000) {
    alive_interval_ = std::chrono::microseconds(*patience_us / 2);
  }
}

void Supervisor::ready(std::string_view status) const { send(fmt::format("READY=1\nSTATUS={}\n", status)); }

void Supervisor::reloading(Instant now) const {
  auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reading the configuration\n", since));
}

void Supervisor::stopping() const { send("STOPPING=1\nSTATUS=finishing what is under way\n"); }
void Supervisor::alive() const { send("WATCHDOG=1\n"); }

void Supervisor::send(std::string_view text) const {
  if (!socket_.empty()) io::send_datagram(socket_, text);
}

}  // namespace porthole::app
