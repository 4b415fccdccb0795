// Lists made from the options' table: for a terminal, for the documentation, and the budgets of `porthole limits`.
#pragma once

#include <string>

#include "app/settings.h"

namespace porthole::app {

// The table in docs/user/configuration.md.
std::string options_markdown();
// `porthole help options`.
std::string options_text();
// `porthole limits`: what bounds memory, time and numbers, with units; the effective values, and what becomes of this
// process's descriptors.
std::string limits_text(const Settings& settings, const ProcessFacts& facts);

}  // namespace porthole::app
