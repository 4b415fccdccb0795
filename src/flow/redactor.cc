// See redactor.h. A received head may hold what the codec put up with: bare LF, a blank before the colon, folded lines.
#include "flow/redactor.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "http/characters.h"
#include "http/target.h"

namespace porthole::flow {
namespace {

// The user information of the target in what may begin with a request's first line; a view into it. That of the URI is a
// credential as Authorization's value is, which it turns into.
std::string_view userinfo_of_first_line(std::string_view line) {
  std::size_t method = http::span_of(http::kTokenOctet, line);
  return http::userinfo_in(line.substr(std::min(method + 1, line.size())));
}

void hide_part(std::span<char> text, std::string_view part) {
  std::size_t from = part.empty() ? 0 : static_cast<std::size_t>(part.data() - text.data());
  for (char& c : text.subspan(from, part.size())) {
    if (c != '\r' && c != '\n') c = '*';
  }
}

}  // namespace

Redactor::Redactor(std::vector<std::string> names) : names_(std::move(names)) {}

std::vector<std::string> secret_fields() { return {"authorization", "cookie", "proxy-authorization", "set-cookie"}; }

bool Redactor::named(std::string_view name) const {
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& one) { return ascii::equal_nocase(one, name); });
}

void Redactor::redact_request(std::span<char> head) const {
  std::string_view all(head.data(), head.size());
  hide_part(head, userinfo_of_first_line(all.substr(0, all.find('\n'))));
  redact_lines(head);
}

void Redactor::redact_lines(std::span<char> text) const {
  bool hiding = false;
  std::string_view all(text.data(), text.size());
  for (std::size_t start = 0; start < all.size();) {
    std::size_t end = std::min(all.find('\n', start), all.size());
    std::string_view line = all.substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::size_t value = start;
    bool folded = line.starts_with(' ') || line.starts_with('\t');
    if (!folded) {
      std::size_t colon = line.find(':');
      hiding = colon != line.npos && named(ascii::trim(line.substr(0, colon)));
      value = start + (hiding ? colon + 1 : 0);
    }
    if (hiding) {
      std::size_t stop = start + line.size();
      while (value < stop && (text[value] == ' ' || text[value] == '\t')) ++value;
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(value), text.begin() + static_cast<std::ptrdiff_t>(stop),
                '*');
    }
    start = end + 1;
  }
}

// Where a line speaks of one of the fields, whatever it looks like; npos when it does not.
std::size_t Redactor::mention(std::string_view line) const {
  std::size_t first = line.npos;
  for (const std::string& name : names_) {
    auto found = std::search(line.begin(), line.end(), name.begin(), name.end(),
                             [](char a, char b) { return ascii::lower(a) == ascii::lower(b); });
    if (found != line.end()) first = std::min(first, static_cast<std::size_t>(found - line.begin()));
  }
  return first;
}

void Redactor::redact_unparsed(std::span<char> text) const {
  if (names_.empty()) return;
  std::string_view all(text.data(), text.size());
  auto hide = [&](std::size_t from, std::size_t stop) { hide_part(text, all.substr(from, stop - from)); };
  // A first line that is broken by CR or LF alone goes on.
  std::string_view begun = all.substr(std::min(all.find_first_not_of("\r\n"), all.size()));
  hide_part(text, userinfo_of_first_line(begun.substr(0, begun.find("\r\n"))));
  bool first = true, doubt = false, hiding = false;
  bool joined = false;  // the line before ended in CR or LF alone: to somebody it has not ended
  for (std::size_t start = 0; start < all.size();) {
    std::size_t end = std::min(all.find_first_of("\r\n", start), all.size());
    bool whole = all.substr(end, 2) == "\r\n";
    std::string_view line = all.substr(start, end - start);
    std::size_t at = std::exchange(start, end + (whole ? 2 : 1));
    if (line.empty() && first) continue;
    if (line.empty()) return hide(end, all.size());  // what follows is content, or nobody knows
    std::size_t sign = std::min(line.find_first_of(": \t"), line.size());
    bool named_well = sign < line.size() && http::is_token(line.substr(0, sign));
    bool field = named_well && line[sign] == ':';
    std::size_t from = line.size();  // what is hidden
    if (joined && hiding) {
      from = 0;
    } else if (std::exchange(first, false) && !field) {
      from = std::min(from, mention(line));
    } else if (field) {
      hiding = named(line.substr(0, sign));
      if (hiding || doubt || mention(line) < line.size()) from = sign;
    } else {
      from = hiding || !named_well ? 0 : sign;
      doubt = true;
    }
    hiding |= mention(line) < line.size();
    joined = !whole;
    doubt |= joined;
    while (from < line.size() && from == sign && (line[sign] == ' ' || line[sign] == '\t' || line[sign] == ':'))
      from = ++sign;
    hide(at + from, at + line.size());
  }
}

void Redactor::redact(EventKind kind, std::span<char> payload, std::uint16_t flags) const {
  if (names_.empty()) return;
  bool has_fields =
      kind == EventKind::trailers || (kind >= EventKind::request_received && kind <= EventKind::interim_sent);
  if (!has_fields) return;
  EventReader in({payload.data(), payload.size()});
  auto part = [&](std::string_view text) {
    return payload.subspan(text.empty() ? 0 : static_cast<std::size_t>(text.data() - payload.data()), text.size());
  };
  auto hide = [&](std::string_view text) { redact_lines(part(text)); };
  std::span<char> head = part(in.text());
  if ((flags & kUnparsed) != 0) redact_unparsed(head);
  else if (kind == EventKind::request_received || kind == EventKind::request_sent) redact_request(head);
  else redact_lines(head);
  if (kind == EventKind::trailers) return;
  auto changes = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < changes && in.good(); ++i) {
    in.number<std::uint8_t>();
    hide(in.text());
    hide(in.text());
  }
}

}  // namespace porthole::flow
