// Values of options as text: the words a person writes, in the file, a flag or a variable, to a member of Settings and back.
// Reading and printing are each other's inverse, so `porthole config` prints what `porthole check` accepts.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/options_table.h"

namespace porthole::app {

// How a value is spelled in the file.
enum class Shape : std::uint8_t { text, integer, boolean, list, access_log };
Shape shape_of(const Option& option);
// "duration", "list of networks": for help and error messages.
std::string_view type_text(const Option& option);

// A value that did not fit: which of the words, and why (without the word itself).
struct ValueError {
  std::size_t word = 0;
  std::string what;
};
// Fills the member from words: one for a single value, one per element for a list, {format, to} or {"off"} for an access log.
// On an error the member is as it was.
std::expected<void, ValueError> assign(const Option& option, std::span<const std::string> words, Settings& settings);

// The words that assign() would take for the present value.
std::vector<std::string> words_of(const Option& option, const Settings& settings);
// The present value as it is written in the file.
std::string toml_of(const Option& option, const Settings& settings);
// The words of a flag or a variable: lists are separated by commas, an access log is FORMAT:PATH or "off".
std::vector<std::string> split_words(const Option& option, std::string_view text);

}  // namespace porthole::app
