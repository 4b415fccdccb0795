// See flow.h. Records lead from the last to the first, so lists are gathered the wrong way round and turned in the end.
#include "flow/flow.h"

#include <algorithm>

#include "base/ascii.h"
#include "flow/first_line.h"

namespace porthole::flow {
namespace {

class Reading {
 public:
  explicit Reading(Position last) { flow_.row.last = last; }

  // False: no more is wanted.
  bool take(const Record& record) {
    EventReader in(record.payload);
    std::int64_t at = record.header.event.at;
    if (steps_++ == 0) {
      newest_at_ = at;
      flow_.row.flow = {record.header.event.flow};
      flow_.row.flags = record.header.event.flags;
    }
    began_ = record.header.event.kind == EventKind::begin;
    switch (record.header.event.kind) {
      case EventKind::begin: begin(in, at); break;
      case EventKind::request_received:
        head(in, at, flow_.request_received);
        flow_.request_received->unparsed = (record.header.event.flags & kUnparsed) != 0;
        break;
      case EventKind::request_sent: head(in, at, flow_.request_sent); break;
      case EventKind::response_received: head(in, at, flow_.response_received); break;
      case EventKind::response_sent: head(in, at, flow_.response_sent); break;
      case EventKind::interim_received: flow_.interim_received.push_back(head(in, at)); break;
      case EventKind::interim_sent: flow_.interim_sent.push_back(head(in, at)); break;
      case EventKind::data: data(record, in); break;
      case EventKind::unseen: content(record).unseen += in.number<ByteCount>(); break;
      case EventKind::trailers: flow_.trailers[index(record)] = in.text(); break;
      case EventKind::note: note(in, at); break;
      case EventKind::part_of:
      case EventKind::tls:
      case EventKind::path: flow_.facts.take(record.header.event, in); break;
      case EventKind::end: end(record); break;
    }
    return !began_ && steps_ < Flow::kStepsMax && head_bytes_ < Flow::kHeadBytesMax;
  }

  bool empty() const { return steps_ == 0; }

  Flow finish() {
    flow_.beginning_gone = !began_;
    if (flow_.ended && began_) begin_at_row();
    for (auto* list : {&flow_.interim_received, &flow_.interim_sent}) std::reverse(list->begin(), list->end());
    std::reverse(flow_.notes.begin(), flow_.notes.end());
    const ByteCount passed[2] = {flow_.row.bytes_in, flow_.row.bytes_out};
    for (std::size_t i = 0; i < 2; ++i) {
      RecordedContent& content = flow_.content[i];
      std::reverse(content.pieces.begin(), content.pieces.end());
      content.size = std::max(passed[i], content.kept + content.unseen);
    }
    if (flow_.ended) return std::move(flow_);
    flow_.row.open = true;
    if (began_) flow_.row.took = Duration(newest_at_ - began_at_);
    if (flow_.request_received) {
      const RecordedHead& head = *flow_.request_received;
      RequestSummary request = head.unparsed ? unparsed_summary(head.text) : request_summary(head.text);
      if (head.unparsed) flow_.row.flags |= kUnparsed;
      flow_.row.method = request.method;
      flow_.row.target = request.target;
      flow_.row.host = request.host;
    }
    if (const auto& response = flow_.response_sent ? flow_.response_sent : flow_.response_received) {
      ResponseSummary summary = response_summary(response->text);
      flow_.row.status = summary.status;
      flow_.row.content_type = summary.content_type;
    }
    flow_.row.bytes_in = flow_.content[0].size;
    flow_.row.bytes_out = flow_.content[1].size;
    flow_.row.keep();
    return std::move(flow_);
  }

 private:
  static std::size_t index(const Record& record) { return static_cast<std::size_t>(record.header.event.direction) & 1; }
  RecordedContent& content(const Record& record) { return flow_.content[index(record)]; }

  // The times of steps are of the monotonic clock, put where the wall clock was thought to be; its row's begin was read from it.
  void begin_at_row() {
    std::int64_t by = flow_.row.begun.time_since_epoch().count() - began_at_;
    for (auto* head : {&flow_.request_received, &flow_.request_sent, &flow_.response_received, &flow_.response_sent})
      if (*head) (*head)->at += by;
    for (auto* list : {&flow_.interim_received, &flow_.interim_sent})
      for (RecordedHead& head : *list) head.at += by;
    for (RecordedNote& note : flow_.notes) note.at += by;
    for (RecordedContent& content : flow_.content)
      for (RecordedPiece& piece : content.pieces) piece.at += by;
  }

  void begin(EventReader& in, std::int64_t at) {
    began_at_ = at;
    if (flow_.ended) return;
    flow_.row.client = in.endpoint();
    flow_.row.begun = WallTime(Duration(at));
  }

  RecordedHead head(EventReader& in, std::int64_t at) {
    RecordedHead head{.at = at, .text = std::string(in.text()), .changes = {}};
    head_bytes_ += head.text.size();
    auto count = in.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && in.good(); ++i) {
      auto kind = in.number<std::uint8_t>();
      RecordedChange change{.before = std::string(in.text()), .after = std::string(in.text())};
      if (!in.good() || kind >= static_cast<std::uint8_t>(http::ChangeKind::count_)) continue;
      change.kind = static_cast<http::ChangeKind>(kind);
      head_bytes_ += change.before.size() + change.after.size();
      head.changes.push_back(std::move(change));
    }
    return head;
  }

  // Of a request that was sent again, the last one counts.
  void head(EventReader& in, std::int64_t at, std::optional<RecordedHead>& place) {
    if (!place) place = head(in, at);
  }

  void data(const Record& record, EventReader& in) {
    RecordedPiece piece{.record = record.at, .at = record.header.event.at, .offset = in.number<ByteCount>(), .size = 0};
    piece.size = in.rest().size();
    content(record).kept += piece.size;
    content(record).pieces.push_back(piece);
  }

  void note(EventReader& in, std::int64_t at) {
    RecordedNote note{.at = at, .took = Duration(in.number<std::int64_t>()), .what = {}, .detail = {}};
    note.what = in.text();
    note.detail = in.text();
    head_bytes_ += note.what.size() + note.detail.size();
    if (note.what == kReplayNote && !flow_.ended)
      flow_.row.said_replayed(FlowId::parse(note.detail).value_or(FlowId{}));
    flow_.notes.push_back(std::move(note));
  }

  void end(const Record& record) {
    Row row;
    if (!row.read(record)) return;
    row.keep();
    flow_.row = std::move(row);
    flow_.ended = true;
  }

  Flow flow_;
  std::size_t steps_ = 0;
  ByteCount head_bytes_ = 0;
  bool began_ = false;
  std::int64_t began_at_ = 0, newest_at_ = 0;
};

}  // namespace

std::optional<Flow> read_flow(SegmentFolder& folder, Position last) {
  Reading reading(last);
  std::uint64_t flow = 0;
  for (Position at = last; at;) {
    auto record = folder.at(at);
    if (!record) break;
    if (!reading.empty() && record->header.event.flow != flow) break;
    flow = record->header.event.flow;
    if (!reading.take(*record)) break;
    Position before{record->header.previous};
    if (before.value >= at.value) break;  // a chain only leads back
    at = before;
  }
  if (reading.empty()) return std::nullopt;
  return reading.finish();
}

const std::optional<RecordedHead>& Flow::head_of(Direction direction) const {
  if (direction == Direction::request) return request_received;
  return response_received ? response_received : response_sent;
}

std::string fields_of(const RecordedHead& head, std::string_view name) {
  std::string joined;
  bool first = true;
  each_field(head.text, true, [&](std::string_view field, std::string_view value) {
    if (!ascii::equal_nocase(field, name)) return true;
    if (!first) joined += ", ";
    joined += value;
    first = false;
    return true;
  });
  return joined;
}

}  // namespace porthole::flow
