// Expr: one expression of the match language, compiled once, asked often. What the inspector searches with, what rules,
// breakpoints and capture filters wait for, what `porthole tail` shows. Immutable; any thread may ask.
//
//   host:*.shop.test status:5xx -method:OPTIONS size>100k time>500ms body:"out of stock"
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "match/evaluation.h"
#include "match/parser.h"
#include "match/subject.h"
#include "match/term.h"

namespace porthole::match {

class Expr {
 public:
  Expr() = default;  // of an empty text: everything matches

  static std::expected<Expr, Fault> parse(std::string_view text);

  // Unknown when something that it needs has not happened yet and what is known does not decide it.
  Truth test(const Subject& subject) const { return evaluate(root_, subject); }
  bool matches(const Subject& subject) const { return test(subject) == Truth::yes; }

  // The phase from which on test() never says unknown, whatever the subject.
  Phase needs() const;
  // The first term that is not decided in `phase`, for the message that refuses a rule; or null.
  const Term* first_beyond(Phase phase) const;

  // Canonical: parse(text()) is this expression.
  const std::string& text() const { return text_; }
  const Node& root() const { return root_; }

  bool operator==(const Expr& other) const { return root_ == other.root_; }

 private:
  Node root_;
  std::string text_;
};

}  // namespace porthole::match
