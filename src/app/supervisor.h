// What we tell the service manager (systemd, sd_notify(3)): READY, RELOADING, STOPPING, STATUS, WATCHDOG, as plain datagrams to
// $NOTIFY_SOCKET. Without the variable every call does nothing; a socket that is not there does not matter.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace porthole::app {

class Supervisor {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID from `variables`; `pid` is ours.
  Supervisor(const std::map<std::string, std::string>& variables, long pid);

  void ready(std::string_view status) const;
  // `now` is CLOCK_MONOTONIC. Follow with ready() whatever became of the reload.
  void reloading(Instant now) const;
  void stopping() const;
  void alive() const;
  // How often alive() is wanted: half of the watchdog's patience. Nothing when there is no watchdog for this process.
  std::optional<Duration> alive_interval() const { return alive_interval_; }

 private:
  void send(std::string_view text) const;
  std::string socket_;
  std::optional<Duration> alive_interval_;
};

}  // namespace porthole::app
