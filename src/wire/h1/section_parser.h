// SectionParser reads a head or a trailer section, line by line as the lines arrive (RFC 9112 §2.1, §5). A line is judged
// when its LF is there, and the limits when the octet that passes them is there; so wherever the input was cut, the
// outcome is the same. The octets are copied once, into the section's `raw`, and the parsed fields are views into it.
//
// Strict for requests and for all trailers. Response heads may have bare LF, a space before the colon and folded lines
// (bad-inputs 7, 24, 63); each is noted in ResponseHead::tolerated. Not here: what the fields mean (http/framing.h).
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "http/head.h"
#include "wire/session.h"

namespace porthole::wire::h1 {

// The section being filled: what the parser writes into. Borrowed for one call.
struct Section {
  enum class Kind : std::uint8_t { request, response, request_trailers, response_trailers };

  Section(http::RequestHead& head, const Limits& limits_now)
      : kind(Kind::request), fields(head.fields), raw(head.raw), limits(limits_now), request(&head) {}
  Section(http::ResponseHead& head, const Limits& limits_now)
      : kind(Kind::response), fields(head.fields), raw(head.raw), limits(limits_now), response(&head) {}
  Section(http::TrailerSection& trailers, Side side, const Limits& limits_now)
      : kind(side == Side::client ? Kind::request_trailers : Kind::response_trailers),
        fields(trailers.fields),
        raw(trailers.raw),
        limits(limits_now) {}

  Kind kind;
  http::Fields& fields;
  std::string& raw;
  const Limits& limits;
  http::RequestHead* request = nullptr;    // Kind::request
  http::ResponseHead* response = nullptr;  // Kind::response
};

class SectionParser {
 public:
  enum class Outcome : std::uint8_t {
    more,      // all input was taken, the section is not complete
    complete,  // the empty line was taken; what follows stays in the input
    error,
  };

  // Takes octets from `input`. The same section, with nothing else changed, until it is complete.
  Outcome parse(Bytes& input, Section section, Error& error);
  // Before the next section.
  void reset() { *this = SectionParser(); }

 private:
  enum class Line : std::uint8_t { taken, skipped, last, error };
  Line parse_first_slice(Bytes& input, const Section& section, Error& error);
  Line parse_continued(Bytes& input, const Section& section, Error& error);
  Line take_plain_lines(std::string_view text, const Section& section);
  Line take_line(std::string_view text, std::size_t line_feed, const Section& section, Error& error);
  Line take_field_line(std::string_view line, const Section& section, Error& error);
  Line take_folded_line(std::string_view line, const Section& section, Error& error);
  void finish_folding(const Section& section);
  bool within_limits(std::string_view line, const Section& section, Error& error) const;

  std::uint32_t line_begin_ = 0;     // where the line begins that is not complete, in the section
  std::uint32_t lines_ = 0;          // field lines so far
  bool started_ = false;             // the start line was taken
  bool skipped_empty_line_ = false;  // RFC 9112 §2.2: at most one, before a request line
  bool folding_ = false;             // the last field's value spans lines
  bool bare_line_feed_ = false;      // already noted
};

}  // namespace porthole::wire::h1
