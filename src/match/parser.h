// From text to a tree of terms. The grammar, as users read it, is docs/user/match-language.md:
//
//   any     = all *( "or" all )              all  = 1*( ["and"] unary )
//   unary   = ( "-" / "not" ) unary / "(" any ")" / term
//   term    = key ":" value *( "," value )  /  key compare quantity  /  word
//   value   = "/" RE2 "/" ["i"] / glob       word = glob
//   glob    = 1*( "*" / "\" octet / DQUOTE text DQUOTE / octet )
//
// Nested and in and, or in or, and double negations are flattened, so that equal meanings look alike more often.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "match/term.h"

namespace porthole::match {

constexpr std::size_t kTextMax = 4096;   // octets, also of the canonical text
constexpr std::size_t kDepthMax = 32;    // parentheses and negations inside each other
constexpr std::size_t kTermsMax = 256;   // patterns of all terms together: "a,b" counts two
constexpr std::size_t kRegexesMax = 16;  // times Regex::kMemoryMax is what one expression can hold

// Why a text is no expression. An editor underlines `length` octets at `offset`; a length of 0 marks a place.
struct Fault {
  std::string what;  // one clause for a human, without a final dot
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string suggestion;  // what to write in place of the octets marked, or ""

  bool operator==(const Fault&) const = default;
};

// "unknown key 'hots' at 1: did you mean host?"
std::string fault_text(const Fault& fault);

std::expected<Node, Fault> parse(std::string_view text);

}  // namespace porthole::match
