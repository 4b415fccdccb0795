// See regex.h.
#include "match/regex.h"

#include <re2/re2.h>

namespace porthole::match {

std::expected<Regex, std::string> Regex::compile(std::string_view source, bool any_case, bool folds) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemoryMax);
  options.set_never_capture(true);
  options.set_case_sensitive(!any_case && !folds);
  auto program = std::make_shared<const RE2>(re2::StringPiece(source.data(), source.size()), options);
  if (!program->ok()) return std::unexpected(program->error());
  Regex regex(source, any_case);
  regex.program_ = std::move(program);
  return regex;
}

bool Regex::occurs_in(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *program_);
}

}  // namespace porthole::match
