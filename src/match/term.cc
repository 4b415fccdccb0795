// See term.h.
#include "match/term.h"

#include <algorithm>

namespace porthole::match {

Phase phase_of(const Term& term) {
  if (term.key != Key::is) return row_of(term.key).phase;
  Phase latest = Phase::connect;
  for (const Pattern& pattern : term.patterns) {
    latest = std::max(latest, flag_table()[static_cast<std::size_t>(std::get<Flag>(pattern))].phase);
  }
  return latest;
}

}  // namespace porthole::match
