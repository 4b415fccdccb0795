// The words of the match language: each key with what it compares, when its fact is known, and one line for humans. One
// table; the parser, the evaluation, completion and docs/user/match-language.md all read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace porthole::match {

// When something of an exchange is known at the latest. Later phases know what earlier ones did.
enum class Phase : std::uint8_t { connect, request, response, body, end };
std::string_view phase_text(Phase phase);  // "request", ..

enum class Key : std::uint8_t {
  host,
  domain,
  path,
  query,
  url,
  scheme,
  port,
  method,
  protocol,
  status,
  type,
  size,
  time,
  client,
  user,
  list,
  tag,
  header,
  request_header,
  response_header,
  body,
  request_body,
  response_body,
  error,
  via,
  rule,
  is,
  text,  // not a word: a bare word or a quoted phrase
};

enum class Kind : std::uint8_t {
  whole,     // a glob against the whole text; `*` alone says that there is one
  anywhere,  // the text occurs
  network,   // whole, and CIDR
  number,
  status,  // number, and 5xx
  bytes,   // number with k, M, GiB
  duration,
  flag,  // is:
};

struct KeyRow {
  Key key;
  std::string_view word;  // "header." where a field name follows
  Kind kind;
  bool case_matters;
  Phase phase;
  std::string_view meaning;  // for the table of the documentation and for completion
  std::string_view example;
  std::string_view values;  // those worth offering, separated by blanks
};

// In the order of Key, without Key::text.
std::span<const KeyRow> key_table();
const KeyRow& row_of(Key key);  // for Key::text one that no table shows

// The row whose word is `word`, or whose word ends in a dot and begins it ("header.accept"); case does not count.
const KeyRow* find_key(std::string_view word);
constexpr bool takes_field_name(Key key) {
  return key == Key::header || key == Key::request_header || key == Key::response_header;
}

// What `is:` can ask.
enum class Flag : std::uint8_t {
  pending,
  error,
  tunnel,
  ws,
  sse,
  modified,
  cached,
  blocked,
  mocked,
  held,
  intercepted,
  retried,
  replayed,
  pinned,
  noted,
  incomplete,
};

struct FlagRow {
  Flag flag;
  std::string_view word;
  Phase phase;
  std::string_view meaning;
};

std::span<const FlagRow> flag_table();  // in the order of Flag
const FlagRow* find_flag(std::string_view word);

// Both tables as they stand in docs/user/match-language.md.
std::string key_table_markdown();
std::string flag_table_markdown();

}  // namespace porthole::match
