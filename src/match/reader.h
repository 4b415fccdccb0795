// Where the words of an expression begin and end: blanks, quotes, backslashes, slashes. Knows no keys and builds no tree.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "match/glob.h"
#include "match/quantity.h"

namespace porthole::match {

struct RegexWord {
  std::string_view source;
  bool any_case;
};

// True for a word that joins or negates: and, or, not, in lower or upper case.
bool is_keyword(std::string_view word);

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  // These skip blanks first.
  bool at_end();
  char peek();  // '\0' at the end
  bool peek_keyword(std::string_view word);
  bool take_keyword(std::string_view word);

  void take(std::size_t n = 1) { at_ += n; }
  bool blank_follows(std::size_t at) const { return at < text_.size() && blank(text_[at]); }
  // Stands on something that cannot follow a word without a blank: an opening parenthesis.
  bool in_word() const { return at_ < text_.size() && text_[at_] == '('; }
  // A value cannot begin here: end, blank, closing parenthesis, comma.
  bool ends_here() const { return at_ == text_.size() || ends_value(text_[at_]); }

  // The key before `:` `<` `>` or `=`, when the next word has one; it may be empty. Else a view of null. Takes nothing.
  std::string_view key_ahead() const;
  // The next word up to a blank or closing parenthesis. Takes nothing.
  std::string_view whole_word() const;
  // Stands on one of `:` `<` `>` `=`.
  Comparison take_comparison();
  bool take_comma();
  // "/source/" or "/source/i" and then the end of the value; nothing is taken when it is not that. A slash within is
  // written `\/`, a blank `\ `. In a path "/admin/" is a path: there, one octet of ^$[](){}+?|\ is needed.
  std::optional<RegexWord> take_regex(bool path);
  // Up to the end of the value.
  std::string_view take_plain();
  // A word, or a `value`, which a comma ends. Returns the problem, or "".
  std::string_view take_glob(Glob& glob, bool value);

 private:
  static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static bool ends_value(char c) { return blank(c) || c == ')' || c == ','; }
  bool take_quoted(Glob& glob);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace porthole::match
