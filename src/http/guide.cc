// See guide.h. guide.txt is one raw string literal, so the compiler embeds it and knows when it changed.
#include "http/guide.h"

#include <array>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/json.h"
#include "base/suggestion.h"

namespace porthole::http {
namespace {

using Kind = GuideEntry::Kind;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
constexpr std::string_view kText =
#include "http/guide.txt"
    ;
#pragma GCC diagnostic pop

constexpr std::array kKinds = {Kind::field, Kind::status, Kind::method, Kind::error};

// Cuts `text` behind the first `mark`, returns what stood before it.
std::string_view take(std::string_view& text, std::string_view mark) {
  std::size_t at = text.find(mark);
  std::string_view before = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
  return before;
}

std::optional<GuideEntry> parse_entry(std::string_view block) {
  while (block.starts_with('\n')) block.remove_prefix(1);
  while (block.ends_with('\n')) block.remove_suffix(1);
  std::string_view head = take(block, "\n");
  std::string_view word = take(head, " ");
  for (Kind kind : kKinds) {
    if (word != text_of(kind)) continue;
    GuideEntry entry{.kind = kind};
    entry.name = take(head, " | ");
    entry.note = take(head, " | ");
    entry.clause = head;
    entry.meaning = take(block, "\n> ");
    entry.duty = block;
    return entry;
  }
  return std::nullopt;
}

}  // namespace

std::string_view text_of(Kind kind) {
  constexpr std::array<std::string_view, kKinds.size()> kTexts = {"field", "status", "method", "error"};
  return kTexts[static_cast<std::size_t>(kind)];
}

std::vector<GuideEntry> parse_guide(std::string_view text) {
  std::vector<GuideEntry> entries;
  while (!text.empty()) {
    if (auto entry = parse_entry(take(text, "\n\n"))) entries.push_back(*entry);
  }
  return entries;
}

std::vector<GuideEntry> guide() { return parse_guide(kText); }

const GuideEntry* find_in_guide(std::span<const GuideEntry> entries, std::string_view name) {
  for (const GuideEntry& entry : entries) {
    if (ascii::equal_nocase(entry.name, name)) return &entry;
  }
  return nullptr;
}

std::string_view nearest_in_guide(std::span<const GuideEntry> entries, std::string_view name) {
  std::vector<std::string_view> names;
  for (const GuideEntry& entry : entries) names.push_back(entry.name);
  return nearest(name, names);
}

std::string in_one_line(std::string_view text) {
  std::string out;
  bool blank = false;
  for (char c : text) {
    bool was_blank = std::exchange(blank, c == ' ' || c == '\n');
    if (blank && was_blank) continue;  // a broken line is indented
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string guide_json(const GuideEntry& entry) {
  std::string out;
  Json(out)
      .object()
      .text("kind", text_of(entry.kind))
      .text("name", entry.name)
      .text("note", entry.note)
      .text("clause", entry.clause)
      .text("meaning", in_one_line(entry.meaning))
      .text("duty", in_one_line(entry.duty))
      .end_object();
  return out;
}

}  // namespace porthole::http
