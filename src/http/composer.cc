// See composer.h.
#include "http/composer.h"

#include <charconv>

#include "base/ascii.h"
#include "http/characters.h"

namespace porthole::http {

std::string_view decimal(std::uint64_t value, std::string_view received, TextArena& arena) {
  char digits[20];
  char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  std::string_view text(digits, static_cast<std::size_t>(end - digits));
  return text == received ? received : arena.copy(text);
}

namespace {

// protocol-name ["/" protocol-version], RFC 9110 §7.8, of what may be relayed: h2c never outlives a hop.
bool relayable_protocol(std::string_view protocol) {
  std::size_t slash = protocol.find('/');
  if (!is_token(protocol.substr(0, slash))) return false;
  if (slash != std::string_view::npos && !is_token(protocol.substr(slash + 1))) return false;
  return !ascii::equal_nocase(protocol, "h2c");
}

}  // namespace

std::string_view upgrade_protocols(const Fields& fields, TextArena& arena) {
  std::string_view only;
  std::size_t lines = 0;
  std::size_t room = 0;
  bool all = true;
  for (const Field& field : fields) {
    if (field.id != FieldName::upgrade) continue;
    ++lines;
    room += field.value.size() + 2;
    only = field.value;
    all = for_each_element(field.value, relayable_protocol) && all;
  }
  if (lines == 0 || (lines == 1 && all)) return only;
  char* start = arena.allocate(room);
  char* end = start;
  for (const Field& field : fields) {
    if (field.id != FieldName::upgrade) continue;
    for_each_element(field.value, [&](std::string_view protocol) {
      if (!relayable_protocol(protocol)) return true;
      if (end != start) end += std::string_view(", ").copy(end, 2);
      end += protocol.copy(end, protocol.size());
      return true;
    });
  }
  return {start, static_cast<std::size_t>(end - start)};
}

void Composer::replace_all(ChangeKind kind, FieldName name, std::string_view value) {
  const Field* was = in_.find(name);
  if (!was) return;
  if (!value.empty()) write(kind, name, value, was);
  for (const Field& field : in_) {
    if (field.id == name && (&field != was || value.empty())) removed(kind, field);
  }
}

void Composer::framing(const Framing& framing, const Field* was) {
  bool fits = !was || (was->id == FieldName::content_length) == (framing.kind == Framing::Kind::length);
  if (!framed_ && fits && framing.kind == Framing::Kind::length) {
    framed_ = true;
    std::string_view received = was ? was->value : std::string_view();
    write(ChangeKind::framing_rewritten, FieldName::content_length, decimal(framing.length, received, arena_), was);
  } else if (!framed_ && fits && framing.kind == Framing::Kind::chunked) {
    framed_ = true;
    write(framing_kind_, FieldName::transfer_encoding, "chunked", was);
  } else if (was && was->id == FieldName::content_length) {
    if (!recorded(ChangeKind::content_length_dropped)) removed(ChangeKind::content_length_dropped, *was);
  } else if (was && !recorded(ChangeKind::dechunked_for_http10)) {
    removed(ChangeKind::framing_rewritten, *was);
  }
}

void Composer::connection(std::string_view value) {
  const Field* was = in_.find(FieldName::connection);
  if (!value.empty()) write(ChangeKind::connection_removed, FieldName::connection, value, was);
  if (!was) return;
  for (const Field& field : in_) {
    if (field.id == FieldName::connection && (&field != was || value.empty())) {
      removed(ChangeKind::connection_removed, field);
    }
  }
}

void Composer::via(Version received, std::string_view own_name) {
  if (own_name.empty()) return;
  std::string_view text = arena_.join({"Via: ", version_text(received), " ", own_name});
  out_.add(FieldName::via, text.substr(5));
  record(ChangeKind::via_added, nullptr, text);
}

}  // namespace porthole::http
