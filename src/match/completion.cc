// See completion.h.
#include "match/completion.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "match/key.h"
#include "match/reader.h"

namespace porthole::match {
namespace {

bool begins(std::string_view word, std::string_view start) {
  return ascii::equal_nocase(word.substr(0, start.size()), start);
}

// Where the last word begins, negations skipped; nothing when a quote is still open.
std::optional<std::size_t> last_word(std::string_view text) {
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\') ++i;
    else if (c == '"') quoted = !quoted;
    else if (!quoted && (std::string_view(" \t\r\n()").contains(c) || (c == '-' && i == start))) start = i + 1;
  }
  if (quoted) return std::nullopt;
  return std::min(start, text.size());
}

void offer_keys(std::string_view typed, std::vector<Offer>& offers) {
  for (const KeyRow& row : key_table()) {
    if (!begins(row.word, typed)) continue;
    bool grows = row.kind == Kind::bytes || row.kind == Kind::duration;
    std::string_view behind = takes_field_name(row.key) ? "" : grows ? ">" : ":";
    offers.push_back({std::string(row.word) + std::string(behind), row.meaning});
  }
}

void offer_values(const KeyRow& row, std::string_view typed, std::vector<Offer>& offers) {
  if (row.kind == Kind::flag) {
    for (const FlagRow& flag : flag_table()) {
      if (begins(flag.word, typed)) offers.push_back({std::string(flag.word), flag.meaning});
    }
  }
  std::string_view values = row.values;
  while (!values.empty()) {
    std::size_t end = std::min(values.find(' '), values.size());
    std::string_view value = values.substr(0, end);
    values.remove_prefix(std::min(end + 1, values.size()));
    if (begins(value, typed)) offers.push_back({std::string(value), ""});
  }
}

}  // namespace

Completion complete(std::string_view before) {
  std::optional<std::size_t> start = last_word(before);
  Completion completion{.offset = start.value_or(before.size())};
  std::string_view word = before.substr(completion.offset);
  if (!start || word.contains('"')) return completion;
  std::string_view key = Reader(word).key_ahead();
  if (key.data() == nullptr) {
    offer_keys(word, completion.offers);
    return completion;
  }
  const KeyRow* row = find_key(key);
  std::size_t value = word.find_last_of(":<>=,") + 1;
  if (!row || value <= key.size()) return completion;
  completion.offset += value;
  offer_values(*row, word.substr(value), completion.offers);
  return completion;
}

}  // namespace porthole::match
