// See as_json.h. Times are microseconds; what is not known is left out.
#include "flow/as_json.h"

#include <algorithm>

#include "base/text.h"
#include "flow/target_parts.h"
#include "flow/timing.h"
#include "http/guide.h"

namespace porthole::flow {
namespace {

std::int64_t us(Duration duration) { return std::chrono::duration_cast<std::chrono::microseconds>(duration).count(); }
std::int64_t us(std::int64_t unix_nanoseconds) { return unix_nanoseconds / 1000; }

std::string_view version_number(http::Version version) {
  return version == http::Version::http2 ? "2" : version == http::Version::http10 ? "1.0" : "1.1";
}

void append_head(Json& json, std::string_view name, const RecordedHead& head) {
  json.key(name).object().number("at", us(head.at)).octets("text", head.text);
  if (head.unparsed) json.boolean("unparsed", true);
  json.key("changes").array();
  for (const RecordedChange& change : head.changes) {
    const http::ChangeFacts& facts = http::facts_of(change.kind);
    json.object().text("what", facts.what).octets("before", change.before).octets("after", change.after);
    json.text("why", facts.why).text("clause", facts.clause).end_object();
  }
  json.end_array().end_object();
}

void append_head(Json& json, std::string_view name, const std::optional<RecordedHead>& head) {
  if (head) append_head(json, name, *head);
}

void append_content(Json& json, std::string_view name, const Flow& flow, Direction direction) {
  const RecordedContent& content = flow.content[static_cast<std::size_t>(direction)];
  const auto& head = flow.head_of(direction);
  json.key(name).object();
  json.number("size", content.size).number("kept", content.kept).number("unseen", content.unseen);
  json.octets("type", head ? fields_of(*head, "content-type") : "");
  json.octets("coding", head ? fields_of(*head, "content-encoding") : "");
  json.end_object();
}

// In whole microseconds that add up, so what is cut off is given to the part that is ours.
void append_timing(Json& json, const Flow& flow) {
  Timing timing = timing_of(flow);
  std::int64_t rest = us(timing.total);
  for (const auto& part : {timing.dns, timing.connect, timing.send, timing.wait, timing.receive})
    rest -= us(part.value_or(Duration(0)));
  auto part = [&](std::string_view name, std::optional<Duration> duration) {
    json.number(name, duration ? us(*duration) : std::int64_t{-1});
  };
  json.key("timing").object().number("blocked", rest);
  part("dns", timing.dns);
  part("connect", timing.connect);
  part("tls", std::nullopt);
  part("send", timing.send);
  part("wait", timing.wait);
  part("receive", timing.receive);
  json.end_object();
}

// What the guide explains of a first line: the method, or the status.
std::string_view word_of(const ExplainedLine& line) {
  std::string_view text = line.received.empty() ? line.sent : line.received;
  if (text.starts_with("HTTP/")) text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
  return text.substr(0, text.find(' '));
}

void append_lines(Json& json, std::string_view side, const std::vector<ExplainedLine>& lines,
                  const std::vector<http::GuideEntry>& guide) {
  json.key(side).object().key("lines").array();
  for (const ExplainedLine& line : lines) {
    json.object().text("kind", kind_text(line.kind));
    if (line.kind != ExplainedLine::Kind::added) json.octets("received", line.received);
    if (line.kind != ExplainedLine::Kind::removed) json.octets("sent", line.sent);
    if (!line.reasons.empty()) {
      std::string what, why, clause;
      for (http::ChangeKind kind : line.reasons) {
        const http::ChangeFacts& facts = http::facts_of(kind);
        what.append(what.empty() ? "" : "; ").append(facts.what);
        why.append(why.empty() ? "" : " ").append(facts.why);
        clause.append(clause.empty() ? "" : ", ").append(facts.clause);
      }
      json.text("what", what).text("why", why).text("clause", clause);
    }
    std::string_view name = line.name.empty() ? word_of(line) : line.name;
    json.octets("name", name);
    if (const http::GuideEntry* entry = http::find_in_guide(guide, name)) {
      json.text("meaning", http::in_one_line(entry->meaning)).text("duty", http::in_one_line(entry->duty));
    }
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::string id_text(FlowId id) {
  char text[FlowId::kTextBytes];
  id.text(text);
  return {text, sizeof text};
}

void append_row(Json& json, const Row& row, const Mark* mark) {
  TargetParts parts = target_parts(row.target, row.host);
  json.object().text("id", id_text(row.flow)).text("state", row.open ? "open" : "done");
  json.octets("method", row.method).octets("host", parts.host).octets("target", row.target);
  if (!parts.scheme.empty()) json.octets("scheme", parts.scheme);
  if (parts.port != 0) json.number("port", parts.port);
  if (!parts.path.empty()) {
    std::string path(parts.path);
    if (parts.query.data() != nullptr) path.append("?").append(parts.query);
    json.octets("path", path);
  }
  if (row.status != 0) json.number("status", row.status);
  if (!row.content_type.empty()) json.octets("type", row.content_type);
  json.number("bytes_in", row.bytes_in).number("bytes_out", row.bytes_out);
  json.number("begun", us(row.begun.time_since_epoch()));
  if (row.number) json.number("n", *row.number);
  if (row.client.port != 0) json.text("client", row.client.text());
  if (row.upstream.port != 0) json.text("server", row.upstream.text());
  if (!row.open) {
    json.number("took", us(row.took)).boolean("reused", row.reused).text("version", version_number(row.version));
    json.text("end", end_text(row.end));
    if (row.error != Token::none) json.text("error", token_text(row.error));
  }
  if ((row.flags & kReplayed) != 0) json.boolean("replayed", true);
  if (row.replay_of.value != 0) json.text("replay_of", id_text(row.replay_of));
  if ((row.flags & kUnparsed) != 0) json.boolean("unparsed", true);
  if ((row.flags & kImported) != 0) json.boolean("imported", true);
  if ((row.flags & kMissing) != 0) {
    json.key("flags").array();
    if ((row.flags & kContentCut) != 0) json.text("content_cut");
    if ((row.flags & kContentLost) != 0) json.text("content_lost");
    if ((row.flags & kEventLost) != 0) json.text("step_lost");
    json.end_array();
  }
  if (mark) {
    json.key("mark");
    mark->append(json);
  }
  json.end_object();
}

void append_flow(Json& json, const Flow& flow, const Mark* mark) {
  json.object().key("row");
  append_row(json, flow.row, mark);
  json.key("heads").object();
  append_head(json, "request_received", flow.request_received);
  append_head(json, "request_sent", flow.request_sent);
  append_head(json, "response_received", flow.response_received);
  append_head(json, "response_sent", flow.response_sent);
  json.end_object().key("interim").array();
  for (std::size_t i = 0; i < std::max(flow.interim_received.size(), flow.interim_sent.size()); ++i) {
    json.object();
    if (i < flow.interim_received.size()) append_head(json, "received", flow.interim_received[i]);
    if (i < flow.interim_sent.size()) append_head(json, "sent", flow.interim_sent[i]);
    json.end_object();
  }
  json.end_array().key("trailers").object();
  json.octets("request", flow.trailers[0]).octets("response", flow.trailers[1]).end_object();
  json.key("content").object();
  append_content(json, "request", flow, Direction::request);
  append_content(json, "response", flow, Direction::response);
  json.end_object().key("notes").array();
  for (const RecordedNote& note : flow.notes) {
    json.object().number("at", us(note.at)).number("took", us(note.took));
    json.octets("what", note.what).octets("detail", note.detail).end_object();
  }
  json.end_array();
  append_timing(json, flow);
  if (flow.row.reused) json.number("served", flow.row.served);
  flow.facts.append(json);
  json.boolean("beginning_gone", flow.beginning_gone).end_object();
}

void append_message(Json& json, const Message& message) {
  json.object().number("n", message.n).number("at", us(message.at));
  json.text("direction", message.direction == Direction::request ? "client" : "server");
  json.octets("opcode", message.kind).number("size", message.size);
  if (message.code) json.number("code", *message.code);
  if (message.kind != "binary" && is_utf8(message.data)) json.text("text", message.data);
  else json.text("base64", base64(message.data));
  if (message.compressed) json.boolean("compressed", true);
  if (!message.fault.empty()) json.text("fault", message.fault);
  if (message.cut) json.boolean("cut", true);
  json.end_object();
}

void append_explanation(Json& json, const Flow& flow, std::optional<MessageCount> passed) {
  Explanation explanation = explain(flow, passed);
  std::vector<http::GuideEntry> guide = http::guide();
  json.object();
  append_lines(json, "request", explanation.request, guide);
  append_lines(json, "response", explanation.response, guide);
  json.key("story").array();
  for (const std::string& sentence : explanation.story) json.octets(sentence);
  json.end_array().end_object();
}

}  // namespace porthole::flow
