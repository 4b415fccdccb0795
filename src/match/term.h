// What an expression is made of: terms, joined by and, or and not. Plain values, so that a store can translate them into
// its own questions (index_part.h) and a page can show them. Parsed by parser.h, written by writing.h, judged by evaluation.h.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "base/ip.h"
#include "match/glob.h"
#include "match/key.h"
#include "match/quantity.h"
#include "match/regex.h"

namespace porthole::match {

using Pattern = std::variant<Glob, Regex, IpNetwork, Interval, Flag>;

struct Term {
  Key key = Key::text;
  std::string field_name;         // of the three header keys; lower case
  std::vector<Pattern> patterns;  // any of them; never empty. All are Interval for number keys, all Flag for `is`
  std::size_t offset = 0;         // where it stands in the text that was parsed
  std::size_t length = 0;

  // By what it means, not by where it stood.
  bool operator==(const Term& other) const {
    return key == other.key && field_name == other.field_name && patterns == other.patterns;
  }
};

// The latest phase at which the term is decided.
Phase phase_of(const Term& term);

struct Node {
  enum class Kind : std::uint8_t {
    all_of,  // of no children: always so
    any_of,  // of no children: never so
    not_,    // one child
    term,
  };
  Kind kind = Kind::all_of;
  std::vector<Node> children;
  Term term;

  bool operator==(const Node&) const = default;
};

// Calls `visit(const Term&)` for each term, in the order of the text.
template <class Visit>
void for_each_term(const Node& node, Visit&& visit) {
  if (node.kind == Node::Kind::term) visit(node.term);
  for (const Node& child : node.children) for_each_term(child, visit);
}

}  // namespace porthole::match
