// See reload.h. Options are compared through the table, so that a new option cannot be forgotten here.
#include "app/reload.h"

#include "app/option_value.h"

namespace porthole::app {

ReloadPlan plan_reload(const Settings& before, const Settings& after) {
  ReloadPlan plan;
  plan.listeners = plan_listeners(before.listen, after.listen);
  plan.access_log = before.access_log != after.access_log;
  plan.resolver = before.resolve != after.resolve;
  for (const Option& option : options()) {
    if (words_of(option, before) == words_of(option, after)) continue;
    plan.changed.emplace_back(option.key);
    if (option.takes == Takes::restart) plan.after_restart.emplace_back(option.key);
  }
  return plan;
}

Settings applicable(const Settings& before, Settings after) {
  for (const Option& option : options()) {
    if (option.takes == Takes::restart) (void)assign(option, words_of(option, before), after);
  }
  return after;
}

}  // namespace porthole::app
