// See har_import.h. Hostile files: nothing in one is believed, sizes are those of what is there.
#include "flow/har_import.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/ascii.h"
#include "base/text.h"
#include "flow/bounded_json.h"
#include "flow/target_parts.h"
#include "wire/ws/frame_writer.h"

namespace porthole::flow {
namespace {

using nlohmann::json;

constexpr std::size_t kPiece = 16 * 1024;
constexpr double kYears = 100 * 365.25 * 86'400'000;  // milliseconds

const json& member(const json& object, const char* name) {
  static const json nothing;
  auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : nothing;
}

std::string text(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

double number(const json& object, const char* name, double otherwise) {
  const json& value = member(object, name);
  double found = value.is_number() ? value.get<double>() : otherwise;
  return std::isfinite(found) ? std::clamp(found, -kYears, kYears) : otherwise;
}

// "2026-11-26T10:00:00.123Z", "..+01:00"; RFC 3339. 0 for anything else.
std::int64_t unix_ms(const std::string& date) {
  std::tm parts{};
  const char* rest = ::strptime(date.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest) return 0;
  std::int64_t ms = static_cast<std::int64_t>(::timegm(&parts)) * 1000;
  if (*rest == '.') {
    int scale = 100;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10) ms += (*rest - '0') * scale;
  }
  int hours = 0, minutes = 0;
  if ((*rest == '+' || *rest == '-') && std::sscanf(rest + 1, "%2d:%2d", &hours, &minutes) == 2)
    ms -= (*rest == '+' ? 1 : -1) * (hours * 60 + minutes) * 60'000LL;
  return std::clamp<std::int64_t>(ms, 0,
                                  4'102'444'800'000);  // the year 2100: what takes kYears from then fits nanoseconds
}

// The octets that Json::octets() and browsers write as U+0000 to U+00FF, one for each; of text beyond that, its UTF-8.
std::string octets(std::string text) {
  std::string found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      found += text[at];
    } else if (lead <= 0xc3 && at + 1 < text.size()) {
      found += static_cast<char>((lead & 3) << 6 | (static_cast<unsigned char>(text[++at]) & 0x3f));
    } else {
      return text;
    }
  }
  return found;
}

// Without what would end a line or the head.
std::string in_line(std::string text, bool blanks) {
  text = octets(std::move(text));
  std::erase_if(text,
                [&](char c) { return c == '\r' || c == '\n' || c == '\0' || (!blanks && (c == ' ' || c == '\t')); });
  return text;
}

// `content` is where the message's is. Where it is decoded, what speaks of its coding and size is true no longer.
std::string field_lines(const json& message, const json& content) {
  std::string lines;
  const json& headers = member(message, "headers");
  if (!headers.is_array()) return lines;
  bool decoded =
      !member(content, "text").is_null() && !member(content, "_contentCodingKept").is_boolean() &&
      std::any_of(headers.begin(), headers.end(), [](const json& header) {
        return ascii::equal_nocase(text(header, "name"), "content-encoding") && !text(header, "value").empty();
      });
  for (const json& header : headers) {
    std::string name = in_line(text(header, "name"), false);
    // Those of HTTP/2 that stand for the first line.
    if (name.empty() || name.starts_with(':') || name.find(':') != std::string::npos) continue;
    if (decoded && (ascii::equal_nocase(name, "content-encoding") || ascii::equal_nocase(name, "content-length")))
      continue;
    std::string value = in_line(text(header, "value"), true);
    lines.append(name).append(": ").append(ascii::trim(value)).append("\r\n");
  }
  return lines;
}

std::string content(const json& holder, const char* encoding) {
  std::string found = text(holder, "text");
  if (text(holder, encoding) != "base64") return found;
  auto octets = from_base64(found);
  return octets ? std::move(*octets) : found;
}

// How many octets of a content passed that are not in the file: ours say so, others leave out all. Where there is a text, its size
// may be another than `said` for its charset alone.
ByteCount missing(const json& holder, double said) {
  constexpr double kMost = 1e15;
  const json& truncated = member(holder, "_truncated");
  double octets = 0;
  if (truncated.is_object()) octets = std::max(1.0, number(truncated, "size", 0) - number(truncated, "kept", 0));
  else if (member(holder, "text").is_null()) octets = said;
  return static_cast<ByteCount>(std::clamp(octets, 0.0, kMost));
}

// A WebSocket message as it could have passed.
struct Frame {
  Direction direction = Direction::request;
  std::int64_t at = 0;  // Unix nanoseconds
  std::string octets;
};

// Nothing for what no peer could have sent.
std::optional<Frame> frame_of(const json& message) {
  using wire::ws::Opcode;
  Frame frame{.octets = {}};
  std::string type = text(message, "type"), data = text(message, "data");
  if (type != "send" && type != "receive") return std::nullopt;
  frame.direction = type == "send" ? Direction::request : Direction::response;
  auto opcode = static_cast<Opcode>(std::clamp(number(message, "opcode", -1), 0.0, 255.0));
  bool control = opcode == Opcode::close || opcode == Opcode::ping || opcode == Opcode::pong;
  if (!control && opcode != Opcode::text && opcode != Opcode::binary) return std::nullopt;
  if (opcode != Opcode::text || text(message, "_encoding") == "base64") {
    auto octets = from_base64(data);
    if (!octets) return std::nullopt;
    data = std::move(*octets);
  }
  if (control && (data.size() > 125 || (opcode == Opcode::close && data.size() == 1))) return std::nullopt;
  double us = std::round(number(message, "time", 0) * 1e6);
  frame.at = static_cast<std::int64_t>(std::clamp(us, 0.0, 4.1e15)) * 1000;
  wire::ws::append_frame(frame.octets, frame.direction == Direction::request ? Side::client : Side::upstream, opcode,
                         data);
  return frame;
}

// At most `most` octets of either direction, in as many pieces as the recorder keeps; whole messages; nothing behind a close.
std::vector<Frame> frames_of(const json& messages, ByteCount most, std::int64_t first, std::int64_t last) {
  std::vector<Frame> frames;
  ByteCount size[2] = {0, 0};
  std::size_t pieces[2] = {0, 0};
  bool closed[2] = {false, false};
  for (const json& message : messages) {
    auto frame = frame_of(message);
    if (!frame) continue;
    auto way = static_cast<std::size_t>(frame->direction);
    std::size_t needed = (frame->octets.size() + kPiece - 1) / kPiece;
    if (closed[way] || frame->octets.size() > most - size[way] || needed > Recorder::kPiecesMax - pieces[way]) continue;
    size[way] += frame->octets.size();
    pieces[way] += needed;
    closed[way] =
        (static_cast<unsigned char>(frame->octets[0]) & 0x0fU) == static_cast<unsigned>(wire::ws::Opcode::close);
    frame->at = std::clamp(frame->at, first, std::max(first, last));
    frames.push_back(std::move(*frame));
  }
  return frames;
}

std::string version(const json& message) {
  std::string said = text(message, "httpVersion");
  return ascii::equal_nocase(said, "HTTP/1.0") ? "HTTP/1.0" : "HTTP/1.1";
}

}  // namespace

struct HarImport::File {
  json all;
  const json* entries = nullptr;
};

struct HarImport::Entry {
  FlowId flow;
  std::string request_head, response_head, request_content, response_content;
  std::vector<Frame> frames;  // instead of content
  std::size_t frame = 0;      // the next to tell, and how much of it was told
  std::size_t in_frame = 0;
  ByteCount told[2] = {0, 0};
  ByteCount missing[2] = {0, 0};  // passed, and are not in the file
  bool begun = false, answered = false;
  std::string method, target, host, type;  // what the outcome's views are of
  Outcome outcome;
  Instant at{}, answered_at{}, ended_at{};

  // From `target`; false when it is no URL. User information is no part of what a browser sends: it is left out, as an archive of
  // ours has none.
  bool take_host() {
    std::size_t scheme = target.find("://");
    if (scheme == std::string::npos) return false;
    std::size_t begin = scheme + 3, end = std::min(target.find_first_of("/?#", begin), target.size());
    host = target.substr(begin, end - begin);
    if (std::size_t sign = host.rfind('@'); sign != std::string::npos) {
      host.erase(0, sign + 1);
      target.erase(begin, sign + 1);
    }
    return true;
  }
  // False when some are left out. `first` is when the entry begins, in Unix nanoseconds.
  bool take_messages(const json& messages, ByteCount most, std::int64_t first) {
    frames = frames_of(messages, most, first, first + (ended_at - at).count());
    auto errors = std::count_if(messages.begin(), messages.end(),
                                [](const json& message) { return text(message, "type") == "error"; });
    return frames.size() + static_cast<std::size_t>(errors) == messages.size();
  }
  ByteCount size(Direction direction) const {
    ByteCount size = direction == Direction::request ? request_content.size() : response_content.size();
    for (const Frame& one : frames) size += one.direction == direction ? one.octets.size() : 0;
    return size + missing[static_cast<std::size_t>(direction)];
  }
};

HarImport::HarImport(std::string_view file, Recorder& recorder, Random& random)
    : recorder_(recorder), random_(random), file_(std::make_unique<File>()) {
  file_->all = parse_bounded(file, kValuesMax);
  const json& entries = member(member(file_->all, "log"), "entries");
  if (entries.is_array()) file_->entries = &entries;
  else problems_.emplace_back("this is no HAR file, or more than can be read: it has no log.entries");
}

// There is room for an end: content leaves it some, and begins none of what is more.
HarImport::~HarImport() {
  if (!entry_ || !entry_->begun) return;
  entry_->outcome.end = End::client_gone;
  recorder_.import_sink().end(entry_->flow, entry_->outcome, entry_->ended_at);
}

HarImport::State HarImport::step() {
  while (file_->entries) {
    if (!entry_ && !next_entry()) return State::done;
    if (entry_ && !tell()) return State::wait;
    entry_.reset();
  }
  return State::done;
}

// False when there is none any more. What is no entry is named, and skipped.
bool HarImport::next_entry() {
  auto bad = [&](std::string_view what) {
    if (problems_.size() < kProblemsMax) problems_.push_back(fmt::format("entry {}: {}", at_ - 1, what));
  };
  for (; at_ < file_->entries->size();) {
    const json& from = (*file_->entries)[at_++];
    const json &request = member(from, "request"), &response = member(from, "response");
    auto entry = std::make_unique<Entry>();
    entry->target = in_line(text(request, "url"), false);
    entry->method = in_line(text(request, "method"), false);
    if (!entry->take_host() || entry->method.empty()) {
      bad(entry->method.empty() ? "it has no method" : "it has no URL");
      continue;
    }
    const json& post = member(request, "postData");
    entry->request_head =
        entry->method + " " + entry->target + " " + version(request) + "\r\n" + field_lines(request, post) + "\r\n";
    auto status = static_cast<std::uint16_t>(std::clamp(number(response, "status", 0), 0.0, 999.0));
    const json& body = member(response, "content");
    if (status >= 100) {
      entry->response_head = fmt::format("{} {} {}\r\n{}\r\n", version(response), status,
                                         in_line(text(response, "statusText"), true), field_lines(response, body));
    }
    if (entry->request_head.size() > kHeadMax || entry->response_head.size() > kHeadMax) {
      bad("its head is too large");
      continue;
    }
    entry->type = in_line(text(body, "mimeType"), true);
    std::int64_t begun = unix_ms(text(from, "startedDateTime"));
    auto took = [&](double ms) { return Duration(static_cast<std::int64_t>(std::max(ms, 0.0) * 1e6)); };
    const json& timings = member(from, "timings");
    entry->at = recorder_.instant_of(WallTime(std::chrono::milliseconds(begun)));
    entry->ended_at = entry->at + took(number(from, "time", 0));
    entry->answered_at = std::max(entry->at, entry->ended_at - took(number(timings, "receive", 0)));
    const json& messages = member(from, "_webSocketMessages");
    bool websocket = status == 101 && messages.is_array();
    if (!websocket) {
      entry->request_content = content(post, "_encoding");
      entry->response_content = content(body, "encoding");
      entry->missing[0] = missing(post, number(request, "bodySize", 0));
      entry->missing[1] = missing(body, number(body, "size", 0));
    } else if (!entry->take_messages(messages, recorder_.content_wanted(), begun * 1'000'000)) {
      bad("some of its messages are none, or more than is kept");
    }
    entry->flow = {random_.next()};
    entry->outcome = {.flow = entry->flow,
                      .end = websocket       ? End::tunnelled
                             : status >= 100 ? End::complete
                                             : End::upstream_broke,
                      .status = status,
                      .version = version(request) == "HTTP/1.0" ? http::Version::http10 : http::Version::http11,
                      .method = entry->method,
                      .target = entry->target,
                      .host = entry->host,
                      .bytes_in = entry->size(Direction::request),
                      .bytes_out = entry->size(Direction::response),
                      .begun = WallTime(std::chrono::milliseconds(begun)),
                      .took = took(number(from, "time", 0)),
                      .content_type = entry->type};
    entry_ = std::move(entry);
    return true;
  }
  return false;
}

// False when the ring is full; goes on where it was.
bool HarImport::tell() {
  RingSink& sink = recorder_.import_sink();
  Entry& entry = *entry_;
  if (!entry.begun) {
    if (!recorder_.import_has_room()) return false;
    http::RequestHead head;
    head.raw = entry.request_head;
    sink.begin(entry.flow, {}, entry.at);
    sink.request_received(entry.flow, head, {});
    entry.begun = true;
  }
  if (!tell_content(Direction::request, entry.request_content, entry.told[0])) return false;
  if (!entry.answered && !entry.response_head.empty()) {
    if (!recorder_.import_has_room()) return false;
    http::ResponseHead head;
    head.raw = entry.response_head;
    sink.response_received(entry.flow, head, {}, entry.answered_at);
    entry.answered = true;
  }
  if (!tell_content(Direction::response, entry.response_content, entry.told[1])) return false;
  if (!tell_frames()) return false;
  if (!recorder_.import_has_room()) return false;
  for (Direction direction : {Direction::request, Direction::response}) {
    ByteCount missing = entry.missing[static_cast<std::size_t>(direction)];
    if (missing > 0) sink.unseen(entry.flow, direction, missing);
  }
  sink.end(entry.flow, entry.outcome, entry.ended_at);
  ++added_;
  return true;
}

bool HarImport::tell_frames() {
  for (; entry_->frame < entry_->frames.size(); ++entry_->frame) {
    const Frame& frame = entry_->frames[entry_->frame];
    ByteCount& told = entry_->told[static_cast<std::size_t>(frame.direction)];
    for (; entry_->in_frame < frame.octets.size();) {
      if (!recorder_.import_has_room()) return false;
      std::string_view piece = std::string_view(frame.octets).substr(entry_->in_frame, kPiece);
      recorder_.import_sink().data(entry_->flow, frame.direction, told, piece,
                                   recorder_.instant_of(WallTime(Duration(frame.at))));
      told += piece.size();
      entry_->in_frame += piece.size();
    }
    entry_->in_frame = 0;
  }
  return true;
}

bool HarImport::tell_content(Direction direction, const std::string& content, ByteCount& told) {
  ByteCount most = std::min<ByteCount>(content.size(), recorder_.content_wanted());
  while (told < most) {
    if (!recorder_.import_has_room()) return false;
    std::string_view piece = std::string_view(content).substr(told, std::min<ByteCount>(kPiece, most - told));
    recorder_.import_sink().data(entry_->flow, direction, told, piece,
                                 direction == Direction::request ? entry_->at : entry_->ended_at);
    told += piece.size();
  }
  return true;
}

}  // namespace porthole::flow
