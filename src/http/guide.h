// The field guide: each field, status, method and proxy error with its meaning and what this proxy does with it. The
// sentences are data, in guide.txt, compiled in; nothing here is on the data path, and nothing runs before it is asked.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::http {

struct GuideEntry {
  enum class Kind : std::uint8_t { field, status, method, error };
  Kind kind = Kind::field;
  std::string_view name;     // "Via", "502", "CONNECT", "connection_refused"
  std::string_view note;     // field: "request", "response" or "both"; status: reason; method: properties; error: title
  std::string_view clause;   // "RFC 9110 §7.6.3", or the document where there is no RFC, or "not registered; nginx"
  std::string_view meaning;  // may hold line breaks, which stand for blanks
  std::string_view duty;     // what this proxy does with it; line breaks likewise
};

std::string_view text_of(GuideEntry::Kind kind);

// Entries of a text in guide.txt's format, in its order; all views point into `text`. What is no entry is left out.
std::vector<GuideEntry> parse_guide(std::string_view text);
// The guide that is compiled in; the views live as long as the program.
std::vector<GuideEntry> guide();

// By name, in any case; null when there is none.
const GuideEntry* find_in_guide(std::span<const GuideEntry> entries, std::string_view name);
// The name that a mistyped one most likely stands for, or empty.
std::string_view nearest_in_guide(std::span<const GuideEntry> entries, std::string_view name);

// A meaning or a duty without its line breaks.
std::string in_one_line(std::string_view text);
// An object with the keys kind, name, note, clause, meaning and duty, all text without line breaks.
std::string guide_json(const GuideEntry& entry);

}  // namespace porthole::http
