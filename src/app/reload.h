// What a new configuration changes in a running program: decided here, as a value, done in program.cc.
#pragma once

#include <string>
#include <vector>

#include "app/listeners.h"
#include "app/settings.h"

namespace porthole::app {

struct ReloadPlan {
  ListenPlan listeners;
  bool access_log = false;
  bool resolver = false;
  std::vector<std::string> changed;        // keys whose value differs
  std::vector<std::string> after_restart;  // those of them that count only after a restart
};

ReloadPlan plan_reload(const Settings& before, const Settings& after);

// `after`, with the values that only a restart can change as they are now.
Settings applicable(const Settings& before, Settings after);

}  // namespace porthole::app
