// From a tree of terms to the one text that we write for it: quotes only where needed, units as large as they fit, no
// parentheses but those that matter. parse(written(x)) == x.
#pragma once

#include <string>

#include "match/term.h"

namespace porthole::match {

// The tree must be one that parse() made, or a part of one; a tree without children ("always", "never") has no text.
std::string written(const Node& node);

// `always`: in quotes even where it needs none. A bare word and a value need them alike.
std::string glob_text(const Glob& glob, bool always);

}  // namespace porthole::match
