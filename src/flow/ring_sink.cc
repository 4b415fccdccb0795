// See ring_sink.h. The payloads are those of docs/formats/segment.md.
#include "flow/ring_sink.h"

#include <algorithm>
#include <array>

namespace porthole::flow {
namespace {

std::size_t lines_size(const http::Fields& fields) {
  std::size_t size = 0;
  for (const http::Field& field : fields) size += field.name.size() + field.value.size() + 4;
  return size;
}

void write_lines(EventWriter& out, const http::Fields& fields) {
  for (const http::Field& field : fields) {
    out.raw(field.name);
    out.raw(": ");
    out.raw(field.value);
    out.raw("\r\n");
  }
}

std::size_t changes_size(const http::Changes& changes) {
  std::size_t size = 4;
  for (const http::Change& change : changes)
    size += 1 + EventWriter::size_of(change.before) + EventWriter::size_of(change.after);
  return size;
}

// Kinds are kept by their number in http::ChangeKind: the format's version rises when one changes its meaning.
void write_changes(EventWriter& out, const http::Changes& changes) {
  out.number(static_cast<std::uint32_t>(changes.size()));
  for (const http::Change& change : changes) {
    out.number(static_cast<std::uint8_t>(change.kind));
    out.text(change.before);
    out.text(change.after);
  }
}

}  // namespace

char* RingSink::open(EventKind kind, FlowId flow, Instant now, std::size_t payload, Direction direction,
                     std::uint16_t flags) {
  bool content = kind == EventKind::data;
  std::size_t spare = content ? std::min<std::size_t>(kSpareBytes, ring_.capacity() / 16) : 0;
  std::span<char> room = ring_.reserve(sizeof(EventHeader) + payload, spare);
  if (room.empty()) {
    if (content) {
      metrics_.dropped_chunks.add();
      metrics_.dropped_chunk_bytes.add(payload - sizeof(ByteCount));
    } else {
      metrics_.dropped_events.add();
    }
    return nullptr;
  }
  last_ = now;
  EventHeader header{.kind = kind,
                     .direction = direction,
                     .flags = flags,
                     .dropped = static_cast<std::uint32_t>(metrics_.dropped_events.value()),
                     .flow = flow.value,
                     .at = now.time_since_epoch().count()};
  std::memcpy(room.data(), &header, sizeof header);
  metrics_.events.add();
  metrics_.bytes.add(room.size());
  return room.data() + sizeof header;
}

void RingSink::begin(FlowId flow, const Endpoint& client, Instant now) {
  if (char* place = open(EventKind::begin, flow, now, EventWriter::kEndpointBytes)) {
    EventWriter(place).endpoint(client);
    ring_.commit();
  }
  if (client.port != 0 || !own_) return;
  auto again = own_->on_begun(flow);
  if (!again) return;
  char text[FlowId::kTextBytes];
  again->text(text);
  std::string_view of = again->value == 0 ? std::string_view() : std::string_view(text, sizeof text);
  note(flow, {.what = kReplayNote, .detail = of, .took = {}}, now);
}

void RingSink::request_received(FlowId flow, const http::RequestHead& received, const http::Framing&) {
  request_received_as(0, flow, received.raw);
}

void RingSink::request_unparsed(FlowId flow, std::string_view raw) { request_received_as(kUnparsed, flow, raw); }

void RingSink::request_received_as(std::uint16_t flags, FlowId flow, std::string_view raw) {
  std::size_t size = EventWriter::size_of(raw) + 4;
  char* place = open(EventKind::request_received, flow, last_, size, Direction::request, flags);
  if (!place) return;
  EventWriter out(place);
  out.text(raw);
  out.number(std::uint32_t{0});
  ring_.commit();
}

void RingSink::received(EventKind kind, FlowId flow, const http::ResponseHead& head, Instant now) {
  char* place = open(kind, flow, now, EventWriter::size_of(head.raw) + changes_size(head.tolerated));
  if (!place) return;
  EventWriter out(place);
  out.text(head.raw);
  write_changes(out, head.tolerated);
  ring_.commit();
}

void RingSink::response_received(FlowId flow, const http::ResponseHead& head, const http::Framing&, Instant now) {
  received(EventKind::response_received, flow, head, now);
}

void RingSink::interim(FlowId flow, const http::ResponseHead& head, Instant now) {
  received(EventKind::interim_received, flow, head, now);
}

// A head of ours goes out exactly so: first line, then each field as "Name: value" (wire/h1/writer.h).
void RingSink::sent(EventKind kind, FlowId flow, std::initializer_list<std::string_view> first_line,
                    const http::Fields& fields, const http::Changes& changes, Instant now) {
  std::size_t head = lines_size(fields) + 2;
  for (std::string_view piece : first_line) head += piece.size();
  char* place = open(kind, flow, now, 4 + head + changes_size(changes));
  if (!place) return;
  EventWriter out(place);
  out.number(static_cast<std::uint32_t>(head));
  for (std::string_view piece : first_line) out.raw(piece);
  write_lines(out, fields);
  out.raw("\r\n");
  write_changes(out, changes);
  ring_.commit();
}

void RingSink::request_sent(FlowId flow, const http::RequestHead& head, const http::Changes& changes, Instant now) {
  std::string_view version = head.version == http::Version::http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
  sent(EventKind::request_sent, flow, {head.method_text, " ", head.target_text, version}, head.fields, changes, now);
}

void RingSink::response_sent_as(EventKind kind, FlowId flow, const http::ResponseHead& head,
                                const http::Changes& changes, Instant now) {
  std::array<char, 3> status = {static_cast<char>('0' + head.status / 100 % 10),
                                static_cast<char>('0' + head.status / 10 % 10),
                                static_cast<char>('0' + head.status % 10)};
  std::string_view version = head.version == http::Version::http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  sent(kind, flow, {version, {status.data(), status.size()}, " ", head.reason, "\r\n"}, head.fields, changes, now);
}

void RingSink::response_sent(FlowId flow, const http::ResponseHead& head, const http::Changes& changes, Instant now) {
  response_sent_as(EventKind::response_sent, flow, head, changes, now);
}

void RingSink::interim_sent(FlowId flow, const http::ResponseHead& head, const http::Changes& changes, Instant now) {
  response_sent_as(EventKind::interim_sent, flow, head, changes, now);
}

void RingSink::data(FlowId flow, Direction direction, ByteCount at, std::string_view bytes, Instant now) {
  if (at >= content_wanted_) return;
  bytes = bytes.substr(0, content_wanted_ - at);
  // A chunk is at most a block of 64 KiB, but a page of ours may be longer than the ring takes at once.
  const std::size_t most = std::min<std::size_t>(kPieceBytes, ring_.record_max() / 2);
  while (!bytes.empty()) {
    std::string_view piece = bytes.substr(0, most);
    bytes.remove_prefix(piece.size());
    char* place = open(EventKind::data, flow, now, sizeof at + piece.size(), direction);
    if (!place) return metrics_.dropped_chunk_bytes.add(bytes.size());  // its own bytes are counted
    EventWriter out(place);
    out.number(at);
    out.raw(piece);
    ring_.commit();
    at += piece.size();
  }
}

void RingSink::unseen(FlowId flow, Direction direction, ByteCount bytes) {
  char* place = open(EventKind::unseen, flow, last_, sizeof bytes, direction);
  if (!place) return;
  EventWriter(place).number(bytes);
  ring_.commit();
}

void RingSink::trailers(FlowId flow, Direction direction, const http::Fields& fields) {
  std::size_t size = lines_size(fields);
  char* place = open(EventKind::trailers, flow, last_, 4 + size, direction);
  if (!place) return;
  EventWriter out(place);
  out.number(static_cast<std::uint32_t>(size));
  write_lines(out, fields);
  ring_.commit();
}

void RingSink::note(FlowId flow, const Note& note, Instant now) {
  std::size_t size = sizeof(std::int64_t) + EventWriter::size_of(note.what) + EventWriter::size_of(note.detail);
  char* place = open(EventKind::note, flow, now, size);
  if (!place) return;
  EventWriter out(place);
  out.number(static_cast<std::int64_t>(note.took.count()));
  out.text(note.what);
  out.text(note.detail);
  ring_.commit();
}

void RingSink::part_of(FlowId flow, const PartOf& whole, Instant now) {
  char* place = open(EventKind::part_of, flow, now, sizeof(std::uint64_t) + sizeof(std::uint32_t));
  if (!place) return;
  EventWriter out(place);
  out.number(whole.parent.value);
  out.number(whole.stream);
  ring_.commit();
}

void RingSink::tls(FlowId flow, TlsStage stage, const TlsFacts& facts, Instant now) {
  const std::array texts = {facts.sni, facts.alpn, facts.version, facts.cipher};
  std::size_t size = 1;
  for (std::string_view text : texts) size += EventWriter::size_of(text);
  char* place = open(EventKind::tls, flow, now, size);
  if (!place) return;
  EventWriter out(place);
  out.number(static_cast<std::uint8_t>(stage));
  for (std::string_view text : texts) out.text(text);
  ring_.commit();
}

void RingSink::path(FlowId flow, Direction leg, const PathFacts& facts, Instant now) {
  char* place = open(EventKind::path, flow, now, 4 * sizeof(std::uint32_t) + sizeof(ByteCount), leg);
  if (!place) return;
  EventWriter out(place);
  for (std::uint32_t number : {facts.rtt_us, facts.rtt_min_us, facts.rtt_var_us, facts.retransmits}) out.number(number);
  out.number(facts.delivery_rate);
  ring_.commit();
}

void RingSink::end(FlowId flow, const Outcome& outcome, Instant now) {
  if (outcome.client.port == 0 && own_) own_->on_ended(flow);
  const std::array texts = {outcome.method, outcome.host, outcome.target, outcome.content_type};
  std::size_t size = 8 + 4 * sizeof(std::uint64_t) + 2 * EventWriter::kEndpointBytes;
  for (std::string_view text : texts) size += EventWriter::size_of(text);
  char* place = open(EventKind::end, flow, now, size);
  if (!place) return;
  EventWriter out(place);
  out.number(static_cast<std::uint8_t>(outcome.end));
  out.number(static_cast<std::uint8_t>(outcome.error));
  out.number(outcome.status);
  out.number(static_cast<std::uint8_t>(outcome.version));
  out.number(static_cast<std::uint8_t>(outcome.reused));
  out.number(outcome.served);
  out.number(outcome.bytes_in);
  out.number(outcome.bytes_out);
  out.number(static_cast<std::int64_t>(outcome.begun.time_since_epoch().count()));
  out.number(static_cast<std::int64_t>(outcome.took.count()));
  out.endpoint(outcome.client);
  out.endpoint(outcome.upstream);
  for (std::string_view text : texts) out.text(text);
  ring_.commit();
}

}  // namespace porthole::flow
