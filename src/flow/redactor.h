// Redactor: hides the values of named fields before anything reaches a disk. Each character becomes a `*`, so that a head keeps
// its length and its lines; what is hidden is hidden for good. Names are compared without regard to case.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "flow/event.h"

namespace porthole::flow {

// Fields whose values are nobody else's business, in lower case: never written unless capture.redact says otherwise, never
// exported unless asked for.
std::vector<std::string> secret_fields();

class Redactor {
 public:
  explicit Redactor(std::vector<std::string> names);
  // In the payload of an event of this kind: heads, trailers, and the two sides of each change.
  void redact(EventKind kind, std::span<char> payload, std::uint16_t flags = 0) const;
  // In lines of "Name: value"; a first line that is no field's stays. Continuation lines belong to the field before them.
  void redact_lines(std::span<char> text) const;
  // And, in the first line of a request, the target's user information.
  void redact_request(std::span<char> head) const;

  // In what was refused as a request. Where a line ends in CR or LF alone, where a name is broken, where a line is none of a
  // field, and from there on, every value is hidden: nobody knows whose it is. So are whole lines that have no name, those that
  // may go on from a hidden one, and all that stands behind the first empty line.
  void redact_unparsed(std::span<char> text) const;

 private:
  std::size_t mention(std::string_view line) const;
  bool named(std::string_view name) const;
  std::vector<std::string> names_;
};

}  // namespace porthole::flow
