// Composer writes an outgoing head from a received one and records each difference as a Change. It is what
// forward_request() and forward_response() share; what happens to which field is theirs to say. Fields that keep their
// text keep their place, and framing is written anew where the received framing stood, so the two heads can be shown side
// by side. Nothing allocates once the outgoing head and `changes` have grown.
#pragma once

#include <string_view>

#include "http/change.h"
#include "http/framing.h"
#include "http/head.h"
#include "http/hop_by_hop.h"

namespace porthole::http {

// The number in decimal; `received` itself when it is spelled the same.
std::string_view decimal(std::uint64_t value, std::string_view received, TextArena& arena);

// All Upgrade lines as one list without what cannot be relayed (h2c never outlives a hop); empty when nothing is left.
std::string_view upgrade_protocols(const Fields& fields, TextArena& arena);

// All references must outlive it.
class Composer {
 public:
  Composer(const Fields& in, std::string_view in_raw, Fields& out, TextArena& arena, Changes& changes)
      : in_(in), in_raw_(in_raw), out_(out), arena_(arena), changes_(changes) {}

  ConnectionOptions& options() { return options_; }
  TextArena& arena() { return arena_; }
  const Fields& in() const { return in_; }

  void keep(const Field& field) {
    if (options_.names(field)) return removed(ChangeKind::connection_named_removed, field);
    out_.add(field);
  }
  void removed(ChangeKind kind, const Field& field) { changes_.push_back({kind, line_of(field, in_raw_), {}}); }
  void add(FieldName name, std::string_view value) { out_.add(name, value); }
  // Adds a field of ours; a Change unless the received line `was` says the same.
  void write(ChangeKind kind, FieldName name, std::string_view value, const Field* was) {
    out_.add(name, value);
    if (!was || was->value != value) record(kind, was, line(name, value));
  }
  void record(ChangeKind kind, const Field* was, std::string_view after) {
    changes_.push_back({kind, was ? line_of(*was, in_raw_) : std::string_view(), after});
  }
  void record(ChangeKind kind, std::string_view before, std::string_view after) {
    changes_.push_back({kind, before, after});
  }
  bool recorded(ChangeKind kind) const {
    for (const Change& change : changes_) {
      if (change.kind == kind) return true;
    }
    return false;
  }
  std::string_view line(FieldName name, std::string_view value) {
    return arena_.join({field_name_text(name), ": ", value});
  }

  // Writes one field anew in place of all received lines of that name; an empty value only removes them.
  void replace_all(ChangeKind kind, FieldName name, std::string_view value);
  // Writes the framing once, where the first framing field stood or, at the end (`was` null), if there was none.
  void framing(const Framing& framing, const Field* was);
  // What a Transfer-Encoding of ours is recorded as when the sender had none.
  void chunked_by_us() { framing_kind_ = ChangeKind::chunked_by_us; }
  // The Connection field of the outgoing head: "" for none. The first received line stands for all of them.
  void connection(std::string_view value);
  // One line of its own behind all others (RFC 9110 §7.6.3); nothing when `own_name` is empty.
  void via(Version received, std::string_view own_name);

 private:
  const Fields& in_;
  std::string_view in_raw_;
  Fields& out_;
  TextArena& arena_;
  Changes& changes_;
  ConnectionOptions options_;
  bool framed_ = false;
  ChangeKind framing_kind_ = ChangeKind::framing_rewritten;
};

}  // namespace porthole::http
