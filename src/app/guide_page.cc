// See guide_page.h. Every text is wrapped anew, so how guide.txt breaks its lines does not matter.
#include "app/guide_page.h"

#include <array>

#include <fmt/format.h>

#include "http/guide.h"

namespace porthole::app {
namespace {

using http::GuideEntry;
using Kind = GuideEntry::Kind;

constexpr std::size_t kColumns = 80;

// In columns: octets that go on a UTF-8 sequence take none.
std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (char c : text) columns += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return columns;
}

std::string wrapped(std::string_view text, std::string_view indent) {
  std::string out;
  std::size_t column = 0;
  while (true) {
    std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    std::string_view word = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(word.size());
    if (column != 0 && column + 1 + width(word) > kColumns) {
      out += '\n';
      column = 0;
    }
    std::string_view before = column == 0 ? indent : " ";
    out += before;
    out += word;
    column += before.size() + width(word);
  }
  return out + "\n";
}

std::string_view where(std::string_view note) {
  if (note == "both") return "requests and responses";
  return note == "request" ? "requests" : "responses";
}

std::string title(const GuideEntry& entry) {
  switch (entry.kind) {
    case Kind::field: return fmt::format("field of {}", where(entry.note));
    case Kind::status: return fmt::format("status: {}", entry.note);
    case Kind::method: return fmt::format("method: {}", entry.note);
    case Kind::error: return fmt::format("proxy error: {}", entry.note);
  }
  return {};
}

std::string page(const GuideEntry& entry, bool colour) {
  std::string_view bold = colour ? "\x1b[1m" : "";
  std::string_view dim = colour ? "\x1b[2m" : "";
  std::string_view plain = colour ? "\x1b[0m" : "";
  std::string out = fmt::format("{}{}{}\n", bold, entry.name, plain);
  out += fmt::format("{}{}{}", dim, wrapped(title(entry), "  "), plain);
  out += "\n" + wrapped(entry.meaning, "  ");
  out += fmt::format("\n  {}In Porthole{}\n", bold, plain) + wrapped(entry.duty, "  ");
  out += fmt::format("\n{}{}{}", dim, wrapped(entry.clause, "  "), plain);
  return out;
}

std::string list(const std::vector<GuideEntry>& entries) {
  struct Group {
    Kind kind;
    std::string_view heading;
    bool titled;  // a line for each, with its note
  };
  constexpr std::array kGroups = {Group{Kind::method, "methods", false}, Group{Kind::status, "statuses", true},
                                  Group{Kind::error, "proxy errors", true}, Group{Kind::field, "fields", false}};
  std::string out;
  for (const Group& group : kGroups) {
    std::string names;
    int count = 0;
    for (const GuideEntry& entry : entries) {
      if (entry.kind != group.kind) continue;
      ++count;
      if (!group.titled) names += fmt::format("{} ", entry.name);
      else names += fmt::format("  {:<{}}  {}\n", entry.name, group.kind == Kind::status ? 3 : 33, entry.note);
    }
    out += fmt::format("{} {}\n{}\n", count, group.heading, group.titled ? names : wrapped(names, "  "));
  }
  return out + "one of them: porthole guide via, porthole guide 502, porthole guide CONNECT\n";
}

std::string json(const std::vector<GuideEntry>& entries) {
  std::string out = "[";
  for (const GuideEntry& entry : entries) out += (out.size() > 1 ? ",\n" : "\n") + http::guide_json(entry);
  return out + "\n]\n";
}

}  // namespace

Answer guide_answer(const GuideQuestion& question) {
  std::vector<GuideEntry> entries = http::guide();
  if (question.words.empty()) return {kOk, question.json ? json(entries) : list(entries), ""};
  Answer answer;
  std::vector<GuideEntry> found;
  for (const std::string& word : question.words) {
    if (const GuideEntry* entry = http::find_in_guide(entries, word)) {
      found.push_back(*entry);
      continue;
    }
    std::string_view near = http::nearest_in_guide(entries, word);
    answer.exit_code = kUsage;
    answer.err += fmt::format("porthole: the guide has no \"{}\"", word);
    answer.err += near.empty() ? "; try: porthole guide\n" : fmt::format("; did you mean \"{}\"?\n", near);
  }
  if (question.json) {
    answer.out = json(found);
    return answer;
  }
  for (const GuideEntry& entry : found) answer.out += (answer.out.empty() ? "" : "\n") + page(entry, question.colour);
  return answer;
}

}  // namespace porthole::app
