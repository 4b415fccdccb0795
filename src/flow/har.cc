// See har.h. Headers are those as received: what the client asked, what the server answered.
#include "flow/har.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/json.h"
#include "base/text.h"
#include "flow/as_json.h"
#include "flow/first_line.h"
#include "flow/redactor.h"
#include "flow/target_parts.h"
#include "flow/timing.h"
#include "flow/websocket.h"

namespace porthole::flow {
namespace {

constexpr ByteCount kContentMax = 8_MiB;

std::string date_text(WallTime at) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  std::time_t seconds = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, ms % 1000);
}

double ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

std::string version_of(std::string_view head, bool response) {
  std::string_view line = take_line(head);
  std::string_view version = response ? line.substr(0, line.find(' ')) : line.substr(line.rfind(' ') + 1);
  return version.starts_with("HTTP/") ? std::string(version) : "HTTP/1.1";
}

bool is_secret(std::string_view name) {
  static const std::vector<std::string> secret = secret_fields();
  return std::any_of(secret.begin(), secret.end(),
                     [&](const std::string& one) { return ascii::equal_nocase(one, name); });
}

void append_pair(Json& json, std::string_view name, std::string_view value) {
  json.object().octets("name", name).octets("value", value).end_object();
}

// RFC 6265 §4: of Set-Cookie the pair alone, of Cookie each.
void append_cookies(Json& json, std::string_view head, bool response, bool secrets) {
  json.key("cookies").array();
  each_field(head, true, [&](std::string_view name, std::string_view value) {
    if (!secrets || !ascii::equal_nocase(name, response ? "set-cookie" : "cookie")) return true;
    while (!value.empty()) {
      std::size_t end = std::min(value.find(';'), value.size());
      std::string_view pair = ascii::trim(value.substr(0, end));
      value.remove_prefix(std::min(end + 1, value.size()));
      std::size_t equals = std::min(pair.find('='), pair.size());
      if (!pair.empty()) append_pair(json, pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
      if (response) break;
    }
    return true;
  });
  json.end_array();
}

void append_headers(Json& json, std::string_view head, bool secrets) {
  json.key("headers").array();
  each_field(head, true, [&](std::string_view name, std::string_view value) {
    if (secrets || !is_secret(name)) append_pair(json, name, value);
    return true;
  });
  json.end_array();
}

void append_query(Json& json, std::string_view query) {
  json.key("queryString").array();
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) append_pair(json, pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
  }
  json.end_array();
}

struct Content {
  std::string text;
  bool decoded = true;  // its content codings were undone
  std::string cut;      // why its rest is not here, where not all that was kept is
};

Content content_of(SegmentFolder& folder, const Flow& flow, Direction direction) {
  DecodedContent decoded = decoded_content(folder, flow, direction, kContentMax);
  const RecordedContent& recorded = flow.content[static_cast<std::size_t>(direction)];
  if (decoded.fault.empty() || !decoded.text.empty()) {
    bool kept = recorded.kept >= recorded.size;
    return {std::move(decoded.text), decoded.plain, kept && decoded.plain ? std::move(decoded.fault) : std::string()};
  }
  Content raw{.text = {}, .decoded = false};
  read_content(folder, flow.content[static_cast<std::size_t>(direction)], 0, kContentMax, raw.text);
  return raw;
}

int opcode_of(std::string_view kind) {
  return kind == "text"     ? 1
         : kind == "binary" ? 2
         : kind == "close"  ? 8
         : kind == "ping"   ? 9
         : kind == "pong"   ? 10
                            : -1;
}

void append_text(Json& json, const Content& content, std::string_view encoding) {
  if (is_utf8(content.text)) json.text("text", content.text);
  else json.text("text", base64(content.text)).text(encoding, "base64");
  if (!content.decoded) json.boolean("_contentCodingKept", true);
}

// Of a content that could not be decoded to its end nobody knows the size.
void append_truncated(Json& json, const RecordedContent& recorded, const Content& content) {
  if (recorded.kept < recorded.size) {
    json.key("_truncated").object().number("kept", recorded.kept).number("size", recorded.size).end_object();
  } else if (!content.cut.empty()) {
    json.key("_truncated").object().number("kept", content.text.size()).text("why", content.cut).end_object();
  }
}

// As Chrome's: opcode -1 is an error. `_encoding` is ours, for a text that is not UTF-8.
void append_messages(Json& json, SegmentFolder& folder, const Flow& flow) {
  json.key("_webSocketMessages").array();
  WebSocketReading reading(folder, flow);
  while (auto message = reading.next()) {
    bool unreadable = message->kind == "unreadable", send = message->direction == Direction::request;
    json.object().text("type", unreadable ? "error" : send ? "send" : "receive");
    json.key("time").raw(fmt::format("{}.{:06}", message->at / 1'000'000'000, message->at / 1000 % 1'000'000));
    int opcode = opcode_of(message->kind);
    json.number("opcode", opcode);
    if (message->code) {
      message->data.insert(0, 1, static_cast<char>(*message->code & 0xffU));
      message->data.insert(0, 1, static_cast<char>(*message->code >> 8U));
    }
    if (unreadable) json.text("data", fmt::format("{}: {}", send ? "client" : "server", message->fault));
    else if (opcode == 1 && is_utf8(message->data)) json.text("data", message->data);
    else json.text("data", base64(message->data));
    if (opcode == 1 && !is_utf8(message->data)) json.text("_encoding", "base64");
    if (!unreadable && !message->fault.empty()) json.text("_fault", message->fault);
    json.end_object();
  }
  json.end_array();
}

void append_request(Json& json, SegmentFolder& folder, const Flow& flow, bool secrets) {
  const std::string& head = flow.request_received->text;
  TargetParts parts = target_parts(flow.row.target, flow.row.host);
  std::string url = url_of(parts);
  json.key("request").object().octets("method", flow.row.method).octets("url", url.empty() ? flow.row.target : url);
  json.text("httpVersion", version_of(head, false));
  append_cookies(json, head, false, secrets);
  append_headers(json, head, secrets);
  append_query(json, parts.query);
  const RecordedContent& content = flow.content[0];
  if (content.size > 0 && !is_websocket(flow)) {
    json.key("postData").object().octets("mimeType", fields_of(*flow.request_received, "content-type"));
    Content post = content_of(folder, flow, Direction::request);
    append_text(json, post, "_encoding");
    append_truncated(json, content, post);
    json.end_object();
  }
  json.number("headersSize", head.size()).number("bodySize", content.size).end_object();
}

void append_response(Json& json, SegmentFolder& folder, const Flow& flow, bool secrets) {
  const auto& head = flow.head_of(Direction::response);
  std::string_view text = head ? std::string_view(head->text) : std::string_view();
  std::string_view line = text, rest = take_line(line);
  rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
  std::size_t reason = rest.find(' ');
  json.key("response").object().number("status", flow.row.status);
  json.octets("statusText", reason == std::string_view::npos ? "" : rest.substr(reason + 1));
  json.text("httpVersion", head ? version_of(text, true) : "HTTP/1.1");
  append_cookies(json, text, true, secrets);
  append_headers(json, text, secrets);
  const RecordedContent& content = flow.content[1];
  bool messages = is_websocket(flow);
  Content decoded = messages ? Content() : content_of(folder, flow, Direction::response);
  json.key("content").object().number("size", decoded.text.size());
  json.octets("mimeType", head ? fields_of(*head, "content-type") : "");
  if (decoded.text.size() > content.kept) json.number("compression", decoded.text.size() - content.kept);
  if (!decoded.text.empty()) append_text(json, decoded, "encoding");
  if (!messages) append_truncated(json, content, decoded);
  json.end_object().octets("redirectURL", head ? fields_of(*head, "location") : "");
  json.number("headersSize", text.size()).number("bodySize", content.size);
  if (flow.row.error != Token::none) json.text("_error", token_text(flow.row.error));
  json.end_object();
}

void append_timings(Json& json, const Timing& timing) {
  auto part = [&](std::string_view name, std::optional<Duration> duration, double otherwise) {
    json.number(name, duration ? ms(*duration) : otherwise);
  };
  json.key("timings").object();
  part("blocked", timing.blocked, -1);
  part("dns", timing.dns, -1);
  part("connect", timing.connect, -1);
  json.number("ssl", -1);
  part("send", timing.send, 0);
  part("wait", timing.wait, 0);
  part("receive", timing.receive, 0);
  json.end_object();
}

}  // namespace

std::string har_head() {
  return "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Porthole\",\"version\":\"" PORTHOLE_VERSION
         "\"},\"entries\":[\n";
}

std::string har_tail() { return "\n]}}\n"; }

bool append_har_entry(std::string& out, SegmentFolder& folder, const Flow& flow, const Mark* mark, bool secrets,
                      bool first) {
  if (!flow.ended || !flow.request_received || flow.request_received->unparsed || flow.row.method == "CONNECT")
    return false;
  if (!first) out += ",\n";
  Json json(out);
  json.object().text("startedDateTime", date_text(flow.row.begun)).number("time", ms(flow.row.took));
  append_request(json, folder, flow, secrets);
  append_response(json, folder, flow, secrets);
  json.key("cache").object().end_object();
  append_timings(json, timing_of(flow));
  if (flow.row.upstream.port != 0) json.text("serverIPAddress", flow.row.upstream.ip.text());
  if (is_websocket(flow)) {
    json.text("_resourceType", "websocket");
    append_messages(json, folder, flow);
  }
  json.text("_id", id_text(flow.row.flow)).text("_end", end_text(flow.row.end));
  if (mark && !mark->note.empty()) json.text("comment", mark->note);
  json.end_object();
  return true;
}

}  // namespace porthole::flow
