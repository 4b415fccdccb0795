// FlowDiff: two recorded flows beside each other: first lines and fields as they were received, and their content decoded. Names of
// fields are compared without regard to case, and where a field stands among others does not count; the order of those with one
// name does (RFC 9110 §5.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flow/flow.h"
#include "flow/line_diff.h"

namespace porthole::flow {

// Of a head. One of the two is empty when removed or added.
struct DiffLine {
  enum class Kind : std::uint8_t { same, changed, removed, added };
  Kind kind = Kind::same;
  std::string a, b;
  bool operator==(const DiffLine&) const = default;
};
std::string_view kind_text(DiffLine::Kind kind);

struct ContentDiff {
  static constexpr ByteCount kTextMax = 1_MiB;    // of each, compared as text; what is beyond is named by `more`
  static constexpr ByteCount kDigestMax = 8_MiB;  // of each, decoded

  struct Side {
    ByteCount size = 0;  // that passed, codings in place
    ByteCount kept = 0;  // of it
    std::string text;    // decoded, unless `coded`
    bool coded = false;  // it could not be decoded: as it passed
    bool whole = true;   // of the decoded content nothing is missing
    std::string digest;  // SHA-256 of `text`, hexadecimal
  };
  Side a, b;
  bool same = false;                               // as far as it was kept, and something was
  bool text = false;                               // both are: then `hunks` says what differs
  bool more = false;                               // beyond kTextMax it was not compared as text
  std::vector<std::string_view> a_lines, b_lines;  // into a.text, b.text
  std::vector<Hunk> hunks;

  ContentDiff() = default;
  ContentDiff(const ContentDiff&) = delete;  // the lines are views
  ContentDiff& operator=(const ContentDiff&) = delete;
};

// Either may be null: an empty head.
std::vector<DiffLine> head_diff(const RecordedHead* a, const RecordedHead* b);
void content_diff(ContentDiff& diff, SegmentFolder& folder, const Flow& a, const Flow& b, Direction direction);

}  // namespace porthole::flow
