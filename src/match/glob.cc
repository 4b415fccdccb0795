// See glob.h.
#include "match/glob.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/scan.h"

namespace porthole::match {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }

bool equal(std::string_view a, std::string_view b, bool any_case) {
  return any_case ? ascii::equal_nocase(a, b) : a == b;
}

// Where the octet stands that is rarest in texts on the web: bodies of megabytes are searched for it, sixteen at a time.
std::size_t rarest(std::string_view needle) {
  constexpr std::string_view kCommonFirst = " etaoinsrhldcu\",:.0/mfpgwyb-=1<>v2k";
  auto rank = [&](char c) { return kCommonFirst.find(ascii::lower(c)); };  // npos: rarer than all of these
  return static_cast<std::size_t>(std::ranges::max_element(needle, {}, rank) - needle.begin());
}

}  // namespace

std::size_t find(std::string_view text, std::size_t from, std::string_view needle, bool any_case) {
  if (needle.size() > text.size() || from > text.size() - needle.size()) return std::string_view::npos;
  if (needle.empty()) return from;
  std::size_t anchor = rarest(needle);
  char low = any_case ? ascii::lower(needle[anchor]) : needle[anchor];
  char high = any_case ? upper(needle[anchor]) : needle[anchor];
  std::size_t last = text.size() - needle.size();
  std::string_view searched = text.substr(0, last + anchor + 1);  // the anchor cannot be behind this
  for (std::size_t at = from + anchor; (at = http::find_either(searched, at, low, high)) < searched.size(); ++at) {
    if (equal(text.substr(at - anchor, needle.size()), needle, any_case)) return at - anchor;
  }
  return std::string_view::npos;
}

void Glob::add_star() {
  if (pieces_.size() > 1 && pieces_.back().empty()) return;  // two stars are one
  pieces_.emplace_back();
}

bool Glob::matches(std::string_view text, bool any_case) const {
  const std::string& first = pieces_.front();
  if (literal()) return equal(text, first, any_case);
  const std::string& last = pieces_.back();
  if (text.size() < first.size() + last.size()) return false;
  if (!equal(text.substr(0, first.size()), first, any_case)) return false;
  if (!equal(text.substr(text.size() - last.size()), last, any_case)) return false;
  std::string_view middle = text.substr(0, text.size() - last.size());
  std::size_t at = first.size();
  for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
    at = find(middle, at, pieces_[i], any_case);
    if (at == std::string_view::npos) return false;
    at += pieces_[i].size();
  }
  return true;
}

bool Glob::occurs_in(std::string_view text, bool any_case) const {
  std::size_t at = 0;
  for (const std::string& piece : pieces_) {
    at = find(text, at, piece, any_case);
    if (at == std::string_view::npos) return false;
    at += piece.size();
  }
  return true;
}

}  // namespace porthole::match
