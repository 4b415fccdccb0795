// Judging a tree of terms: yes, no, or not known yet. Allocates nothing (RE2 may fill its cache of states); depth is
// bounded by the parser.
#pragma once

#include "match/subject.h"
#include "match/term.h"

namespace porthole::match {

Truth evaluate(const Node& node, const Subject& subject);

// One pattern against one text of that key, with the key's rules: case, whole or anywhere, domains, parameters, types.
bool matches(const Pattern& pattern, Key key, std::string_view text);

}  // namespace porthole::match
