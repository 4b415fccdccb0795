// A regular expression of RE2, which is included in regex.cc only: linear in the text, whatever the pattern and the text.
// It matches anywhere in a text unless it is anchored. Immutable; copies share the program; any thread may match.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace porthole::match {

class Regex {
 public:
  // For the program and RE2's cache of states together. Twice what the largest sensible expression took.
  static constexpr std::size_t kMemoryMax = std::size_t{1} << 20U;

  // `any_case` is the flag i; `folds` says that the key ignores case whether the flag is there or not.
  static std::expected<Regex, std::string> compile(std::string_view source, bool any_case, bool folds);

  bool occurs_in(std::string_view text) const;

  const std::string& source() const { return source_; }
  bool any_case() const { return any_case_; }
  bool operator==(const Regex& other) const { return source_ == other.source_ && any_case_ == other.any_case_; }

 private:
  Regex(std::string_view source, bool any_case) : source_(source), any_case_(any_case) {}
  std::string source_;  // as between the slashes, with `\/`
  bool any_case_;
  std::shared_ptr<const re2::RE2> program_;
};

}  // namespace porthole::match
