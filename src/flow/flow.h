// Flow: what was recorded of one exchange or tunnel, read back from its segments: everything but the content itself, which is
// read piece by piece where it is wanted. Reading follows the records from the last to the first, across segments, also while
// they are being written; where an older segment is gone, so is the beginning, and `beginning_gone` says so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/facts.h"
#include "flow/rows.h"
#include "flow/segment_folder.h"
#include "http/change.h"

namespace porthole::flow {

// Times are Unix nanoseconds, texts are octets as they passed.
struct RecordedChange {
  http::ChangeKind kind = http::ChangeKind::count_;
  std::string before, after;
};

struct RecordedHead {
  std::int64_t at = 0;
  std::string text;  // first line, field lines, empty line; when `unparsed` whatever came
  std::vector<RecordedChange> changes;
  bool unparsed = false;
};

struct RecordedNote {
  std::int64_t at = 0;
  Duration took{};
  std::string what, detail;
};

// A run of content octets, as they passed: without framing, content codings in place.
struct RecordedPiece {
  Position record;
  std::int64_t at = 0;
  ByteCount offset = 0, size = 0;  // in the content of its direction
};

struct RecordedContent {
  std::vector<RecordedPiece> pieces;  // in order; a gap is content that was lost
  ByteCount kept = 0;
  ByteCount unseen = 0;  // passed without being looked at
  ByteCount size = 0;    // octets that passed in all, as far as it is known
};

struct Flow {
  // Bounds of what a damaged or hostile store can make us hold: further steps are left out.
  static constexpr std::size_t kStepsMax = 200'000;
  static constexpr ByteCount kHeadBytesMax = 4_MiB;

  Row row;  // when it has not ended: what is known so far, and `last` is where it was when it was read
  bool ended = false;
  bool beginning_gone = false;
  std::optional<RecordedHead> request_received, request_sent, response_received, response_sent;
  std::vector<RecordedHead> interim_received, interim_sent;
  RecordedContent content[2];  // by Direction
  std::string trailers[2];     // "Name: value\r\n" ..
  std::vector<RecordedNote> notes;
  RecordedFacts facts;

  // After a 101 its content is what the protocol that was switched to carried, and belongs to no message of HTTP.
  bool switched() const { return row.status == 101; }
  // What its content belongs to: as received, or what we answered where nothing was.
  const std::optional<RecordedHead>& head_of(Direction direction) const;
};

// Nothing when no record of a flow lies there.
std::optional<Flow> read_flow(SegmentFolder& folder, Position last);

// Appends at most `most` octets of content from `offset` on; stops at a gap. The octets appended.
ByteCount read_content(SegmentFolder& folder, const RecordedContent& content, ByteCount offset, ByteCount most,
                       std::string& out);

// The content with its content codings undone, at most `most` octets. `fault` is what stopped it, a literal, or "".
struct DecodedContent {
  std::string text;
  bool whole = false;  // nothing is missing: not lost, not cut, not capped
  bool plain = true;   // no coding is left on it; else it is as it passed
  bool early = false;  // all is here, and its coding is not at its end: who read it left, or it was broken off
  std::string fault;
};
DecodedContent decoded_content(SegmentFolder& folder, const Flow& flow, Direction direction, ByteCount most);

// The value of all fields of that name, joined by ", "; empty when there is none.
std::string fields_of(const RecordedHead& head, std::string_view name);

}  // namespace porthole::flow
