// See reader.h.
#include "match/reader.h"

#include <algorithm>

#include "http/characters.h"

namespace porthole::match {
namespace {

constexpr std::string_view kCompare = ":<>=";

bool same_keyword(std::string_view word, std::string_view keyword) {
  auto upper = [](char c) { return static_cast<char>(c & ~0x20); };
  bool shouted = std::ranges::equal(word, keyword, [&](char a, char b) { return a == upper(b); });
  return word == keyword || shouted;
}

}  // namespace

bool is_keyword(std::string_view word) {
  return same_keyword(word, "and") || same_keyword(word, "or") || same_keyword(word, "not");
}

bool Reader::at_end() {
  while (at_ < text_.size() && blank(text_[at_])) ++at_;
  return at_ == text_.size();
}

char Reader::peek() { return at_end() ? '\0' : text_[at_]; }

bool Reader::peek_keyword(std::string_view word) {
  if (at_end() || !same_keyword(text_.substr(at_, word.size()), word)) return false;
  std::size_t behind = at_ + word.size();
  return behind == text_.size() || blank(text_[behind]) || text_[behind] == '(' || text_[behind] == ')';
}

bool Reader::take_keyword(std::string_view word) {
  if (!peek_keyword(word)) return false;
  take(word.size());
  return true;
}

std::string_view Reader::key_ahead() const {
  std::string_view rest = text_.substr(at_);
  std::size_t size = http::span_of(http::kTokenOctet, rest.substr(0, rest.find('*')));
  bool key = size < rest.size() && kCompare.contains(rest[size]);
  return key ? rest.substr(0, size) : std::string_view();
}

std::string_view Reader::whole_word() const {
  std::size_t end = at_;
  while (end < text_.size() && !blank(text_[end]) && text_[end] != ')') ++end;
  return text_.substr(at_, end - at_);
}

Comparison Reader::take_comparison() {
  char first = text_[at_++];
  if (first == ':' || first == '=') return Comparison::equal;
  bool or_equal = at_ < text_.size() && text_[at_] == '=';
  if (or_equal) ++at_;
  if (first == '<') return or_equal ? Comparison::at_most : Comparison::less;
  return or_equal ? Comparison::at_least : Comparison::more;
}

bool Reader::take_comma() {
  if (at_ == text_.size() || text_[at_] != ',') return false;
  ++at_;
  return true;
}

std::optional<RegexWord> Reader::take_regex(bool path) {
  if (at_ == text_.size() || text_[at_] != '/') return std::nullopt;
  std::size_t end = at_ + 1;
  while (end < text_.size() && text_[end] != '/' && !blank(text_[end])) end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size() || text_[end] != '/' || end == at_ + 1) return std::nullopt;
  std::string_view source = text_.substr(at_ + 1, end - at_ - 1);
  std::size_t behind = end + 1;
  bool any_case = behind < text_.size() && text_[behind] == 'i';
  if (any_case) ++behind;
  if (behind < text_.size() && !ends_value(text_[behind])) return std::nullopt;
  if (path && source.find_first_of("^$[](){}+?|\\") == std::string_view::npos) return std::nullopt;
  at_ = behind;
  return RegexWord{source, any_case};
}

std::string_view Reader::take_plain() {
  std::size_t start = at_;
  while (!ends_here()) ++at_;
  return text_.substr(start, at_ - start);
}

bool Reader::take_quoted(Glob& glob) {
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      ++at_;
      return true;
    }
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    glob.add_text(text_.substr(at_, 1));
  }
  return false;
}

std::string_view Reader::take_glob(Glob& glob, bool value) {
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (blank(c) || c == ')' || c == '(' || (value && c == ',')) break;
    if (c == '"') {
      if (!take_quoted(glob)) return "no closing quote for this text";
      continue;
    }
    ++at_;
    if (c == '*') {
      glob.add_star();
    } else if (c == '\\') {
      if (at_ == text_.size()) return "nothing behind the backslash";
      glob.add_text(text_.substr(at_++, 1));
    } else {
      glob.add_text({&c, 1});
    }
  }
  return "";
}

}  // namespace porthole::match
