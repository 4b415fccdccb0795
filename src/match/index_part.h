// Splits an expression into what an index can answer and what must be looked at record by record. The part for the index
// is never too narrow: whatever the expression matches, the part matches too.
#pragma once

#include <functional>

#include "match/term.h"

namespace porthole::match {

struct IndexPart {
  Node node;           // of terms that the index knows; all_of without children when it can say nothing
  bool exact = false;  // the part is the whole: records need not be looked at again
};

// `knows(term)`: the index answers exactly this term. Not kept beyond the call.
IndexPart index_part(const Node& node, const std::function<bool(const Term&)>& knows);

}  // namespace porthole::match
