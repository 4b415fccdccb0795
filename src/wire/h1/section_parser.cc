// See section_parser.h. While nothing of the section was kept yet, lines are parsed where they lie in the input; then all
// of them are copied to `raw` at once and the views are moved over. Later input is appended to `raw` a line at a time.
#include "wire/h1/section_parser.h"

#include <algorithm>

#include "http/scan.h"
#include "wire/h1/start_line.h"

namespace porthole::wire::h1 {
namespace {

using Kind = Section::Kind;

constexpr std::size_t kFieldsUsual = 16;
constexpr const char* kFieldClause = "RFC 9112 §5";
constexpr const char* kLineClause = "RFC 9112 §2.2";

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_head(const Section& section) { return section.kind <= Kind::response; }
bool from_client(const Section& section) {
  return section.kind == Kind::request || section.kind == Kind::request_trailers;
}

Error grammar_error(const Section& section, const char* detail, const char* clause) {
  return from_client(section) ? client_error(400, detail, clause)
                              : upstream_error(Token::http_protocol_error, detail, clause);
}

Error size_error(const Section& section, const char* detail) {
  constexpr const char* kClause = "RFC 6585 §5";
  return from_client(section) ? client_error(431, detail, kClause)
                              : upstream_error(Token::http_response_header_section_size, detail, kClause);
}

// Moves views from one copy of the section's octets to another.
class Mover {
 public:
  Mover(const char* from, std::size_t size, const char* to)
      : from_(reinterpret_cast<std::uintptr_t>(from)), size_(size), to_(to) {}

  void operator()(std::string_view& view) const {
    std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(view.data()) - from_;  // wraps for views elsewhere
    if (offset <= size_) view = {to_ + offset, view.size()};
  }
  void operator()(http::Fields& fields) const {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      http::Field& field = fields.at(i);
      (*this)(field.name);
      (*this)(field.value);
    }
  }
  void operator()(http::RequestHead& head) const {
    for (std::string_view* view : {&head.method_text, &head.target_text, &head.target.scheme_text,
                                   &head.target.authority.host, &head.target.path_and_query}) {
      (*this)(*view);
    }
  }
  void operator()(http::ResponseHead& head) const {
    (*this)(head.reason);
    for (http::Change& change : head.tolerated) {
      (*this)(change.before);
      (*this)(change.after);
    }
  }

 private:
  std::uintptr_t from_;
  std::size_t size_;
  const char* to_;
};

void move_views(const Section& section, const char* from, std::size_t size) {
  Mover mover(from, size, section.raw.data());
  mover(section.fields);
  if (section.request) mover(*section.request);
  if (section.response) mover(*section.response);
}

// A view keeps its place even when it is empty, so that it can be moved and extended.
std::string_view trim_in_place(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Both views lie in the same text, the name first.
std::string_view whole_line(const http::Field& field) {
  return {field.name.data(), static_cast<std::size_t>(field.value.data() + field.value.size() - field.name.data())};
}

}  // namespace

SectionParser::Outcome SectionParser::parse(Bytes& input, Section section, Error& error) {
  while (!input.empty()) {
    Line last = section.raw.empty() ? parse_first_slice(input, section, error) : parse_continued(input, section, error);
    if (last == Line::last) return Outcome::complete;
    if (last == Line::error) return Outcome::error;
  }
  return Outcome::more;
}

SectionParser::Line SectionParser::parse_first_slice(Bytes& input, const Section& section, Error& error) {
  std::string_view text = input.view();
  section.fields.reserve(kFieldsUsual);
  Line line = Line::taken;
  while (line == Line::taken) {
    if (started_ || !is_head(section)) line = take_plain_lines(text, section);
    if (line != Line::taken) break;
    std::size_t line_feed = http::find_octet(text, line_begin_, '\n');
    if (line_feed == text.size()) {
      if (!within_limits(text.substr(line_begin_), section, error)) line = Line::error;
      break;
    }
    line = take_line(text, line_feed, section, error);
  }
  if (line == Line::skipped) {
    input.remove_prefix(line_begin_);
    line_begin_ = 0;
    return line;
  }
  std::size_t taken =
      line == Line::last ? line_begin_ : std::min<std::size_t>(text.size(), section.limits.head_bytes + 1);
  section.raw.assign(text.data(), taken);
  move_views(section, text.data(), taken);
  input.remove_prefix(taken);
  return line;
}

SectionParser::Line SectionParser::parse_continued(Bytes& input, const Section& section, Error& error) {
  std::string& raw = section.raw;
  std::size_t line_feed = http::find_octet(input.view(), 0, '\n');
  bool complete = line_feed < input.size();
  std::size_t piece = complete ? line_feed + 1 : input.size();
  std::size_t kept = std::min<std::size_t>(piece, section.limits.head_bytes + 1 - raw.size());  // raw is within limits
  const char* before = raw.data();
  std::size_t size_before = raw.size();
  raw.append(input.data(), kept);
  if (raw.data() != before) move_views(section, before, size_before);
  input.remove_prefix(kept);
  if (kept < piece || !complete) {
    return within_limits(std::string_view(raw).substr(line_begin_), section, error) ? Line::taken : Line::error;
  }
  Line line = take_line(raw, raw.size() - 1, section, error);
  if (line == Line::skipped) {
    raw.clear();
    line_begin_ = 0;
  }
  return line;
}

// The lines that need no judgement: name, colon, value, CRLF, all there and within the limits. Stops in front of every
// other line, which take_line() judges; so this decides nothing, it only saves a head of a browser half its instructions.
SectionParser::Line SectionParser::take_plain_lines(std::string_view text, const Section& section) {
  if (folding_) return Line::taken;
  http::Fields& fields = section.fields;
  const char* data = text.data();
  const std::size_t size = std::min<std::size_t>(text.size(), section.limits.head_bytes);
  const std::uint32_t lines_max = section.limits.fields;
  std::uint32_t lines = lines_;
  std::size_t at = line_begin_;
  Line outcome = Line::taken;
  while (at + 1 < size) {
    if (data[at] == '\r' && data[at + 1] == '\n') {
      at += 2;
      outcome = Line::last;
      break;
    }
    std::size_t colon = http::find_octet({data, size}, at, ':');
    std::string_view name(data + at, colon - at);
    http::FieldName id = http::field_name_of(name);
    if (lines >= lines_max || (id == http::FieldName::other && !http::is_token(name))) break;
    std::size_t begin = colon + 1;
    if (begin < size && data[begin] == ' ') ++begin;
    while (begin < size && is_blank(data[begin])) ++begin;
    std::size_t end = http::find_value_end({data, size}, begin);
    if (end + 1 >= size || data[end] != '\r' || data[end + 1] != '\n') break;
    at = end + 2;
    while (end > begin && is_blank(data[end - 1])) --end;
    fields.add({name, {data + begin, end - begin}, id});
    ++lines;
  }
  lines_ = lines;
  line_begin_ = static_cast<std::uint32_t>(at);
  return outcome;
}

// `line` may be incomplete; when it is complete it ends in its LF. Looks only at octets up to the first one too many.
bool SectionParser::within_limits(std::string_view line, const Section& section, Error& error) const {
  std::size_t left = section.limits.head_bytes - line_begin_;
  if (section.kind == Kind::request && !started_) {
    Result<void> checked = check_request_line_size(line.substr(0, left + 1), section.limits);
    if (!checked) {
      error = checked.error();
      return false;
    }
  }
  if (line.size() <= left) return true;
  error = size_error(section, is_head(section) ? "the head is too large" : "the trailer section is too large");
  return false;
}

SectionParser::Line SectionParser::take_line(std::string_view text, std::size_t line_feed, const Section& section,
                                             Error& error) {
  std::string_view line = text.substr(line_begin_, line_feed + 1 - line_begin_);
  if (!within_limits(line, section, error)) return Line::error;
  line.remove_suffix(1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else if (section.kind != Kind::response) {
    error = grammar_error(section, "a line ends in LF without CR", kLineClause);
    return Line::error;
  } else if (!bare_line_feed_) {
    bare_line_feed_ = true;
    section.response->tolerated.push_back({http::ChangeKind::tolerated_bare_lf, line, line});
  }
  bool start_line = is_head(section) && !started_;
  if (start_line && line.empty() && section.kind == Kind::request && !skipped_empty_line_) {
    skipped_empty_line_ = true;
    line_begin_ = static_cast<std::uint32_t>(line_feed + 1);
    return Line::skipped;
  }
  line_begin_ = static_cast<std::uint32_t>(line_feed + 1);
  if (start_line) {
    started_ = true;
    Result<void> parsed =
        section.request ? parse_request_line(line, *section.request) : parse_status_line(line, *section.response);
    if (parsed) return Line::taken;
    error = parsed.error();
    return Line::error;
  }
  if (line.empty()) {
    finish_folding(section);
    return Line::last;
  }
  if (++lines_ > section.limits.fields) {
    error = size_error(section, "too many field lines");
    return Line::error;
  }
  return take_field_line(line, section, error);
}

SectionParser::Line SectionParser::take_field_line(std::string_view line, const Section& section, Error& error) {
  if (is_blank(line[0])) return take_folded_line(line, section, error);
  finish_folding(section);
  std::size_t name_end = http::span_of(http::kTokenOctet, line);
  std::size_t colon = name_end;
  bool space_before_colon = false;
  while (colon < line.size() && is_blank(line[colon])) ++colon;
  if (name_end == 0 || colon == line.size() || line[colon] != ':') {
    const char* detail = line[0] == ':' ? "a field has no name" : "a field line does not begin with a name and a colon";
    error = grammar_error(section, detail, kFieldClause);
    return Line::error;
  }
  if (colon != name_end) {
    if (section.kind != Kind::response) {
      error = grammar_error(section, "a blank between a field name and its colon", "RFC 9112 §5.1");
      return Line::error;
    }
    space_before_colon = true;
  }
  std::string_view value = trim_in_place(line.substr(colon + 1));
  if (!http::is_value(value)) {
    error = grammar_error(section, "a field value has a control character", "RFC 9110 §5.5");
    return Line::error;
  }
  section.fields.add(line.substr(0, name_end), value);
  if (space_before_colon) {
    const http::Field& field = section.fields[section.fields.size() - 1];
    std::string_view after = section.response->arena.join({field.name, ": ", value});
    section.response->tolerated.push_back({http::ChangeKind::tolerated_space_before_colon, whole_line(field), after});
  }
  return Line::taken;
}

// obs-fold, RFC 9112 §5.2. The value grows to span the lines; finish_folding() makes one line of it.
SectionParser::Line SectionParser::take_folded_line(std::string_view line, const Section& section, Error& error) {
  if (section.fields.empty()) {
    error = grammar_error(section, "a blank before the first field", kLineClause);
    return Line::error;
  }
  if (section.kind != Kind::response || !http::is_value(line)) {
    error = grammar_error(section, "a folded field line", "RFC 9112 §5.2");
    return Line::error;
  }
  std::string_view& value = section.fields.at(section.fields.size() - 1).value;
  std::string_view more = trim_in_place(line);
  const char* end = more.data() + more.size();
  value = {value.data(), static_cast<std::size_t>(end - value.data())};
  folding_ = true;
  return Line::taken;
}

void SectionParser::finish_folding(const Section& section) {
  if (!folding_) return;
  folding_ = false;
  http::Field& field = section.fields.at(section.fields.size() - 1);
  http::TextArena& arena = section.response->arena;
  std::string_view before = whole_line(field);
  std::string_view rest = field.value;
  char* start = arena.allocate(rest.size());
  char* end = start;
  while (!rest.empty()) {
    std::size_t line_end = std::min(rest.find('\n'), rest.size());
    std::string_view piece = rest.substr(0, line_end);
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    piece = trim_in_place(piece);
    if (!piece.empty() && end != start) *end++ = ' ';
    end += piece.copy(end, piece.size());
    rest.remove_prefix(std::min(line_end + 1, rest.size()));
  }
  field.value = {start, static_cast<std::size_t>(end - start)};
  std::string_view after = arena.join({field.name, ": ", field.value});
  section.response->tolerated.push_back({http::ChangeKind::tolerated_obs_fold, before, after});
}

}  // namespace porthole::wire::h1
