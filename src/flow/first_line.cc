// See first_line.h.
#include "flow/first_line.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/target.h"

namespace porthole::flow {
namespace {

std::string_view take_word(std::string_view& line) {
  std::size_t end = line.find(' ');
  std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

// The authority of an absolute-form target, or of one in authority-form ("h:443"), without its user information; else empty.
std::string_view authority_of(std::string_view target) {
  if (target.starts_with('/') || target == "*") return {};
  std::string_view rest = target, secret = http::userinfo_in(target);
  std::size_t scheme = target.find("://");
  if (!secret.empty()) rest.remove_prefix(static_cast<std::size_t>(secret.end() - target.begin()) + 1);
  else if (scheme != std::string_view::npos) rest.remove_prefix(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

// The value of a pseudo-field, in a head that has some.
std::string_view pseudo_field(std::string_view head, std::string_view name) {
  while (head.starts_with(':')) {
    std::string_view line = take_line(head).substr(1);
    std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && line.substr(0, colon) == name) return ascii::trim(line.substr(colon + 1));
  }
  return {};
}

std::uint16_t status_of(std::string_view digits) {
  auto status = ascii::parse_decimal(digits);
  return status && *status >= 100 && *status <= 999 ? static_cast<std::uint16_t>(*status) : std::uint16_t{0};
}

}  // namespace

std::string_view take_line(std::string_view& text) {
  std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view field_in(std::string_view head, std::string_view name) {
  std::string_view found;
  each_field(head, false, [&](std::string_view field, std::string_view value) {
    bool named = ascii::equal_nocase(field, name);
    if (named) found = value;
    return !named;
  });
  return found;
}

RequestSummary request_summary(std::string_view head) {
  RequestSummary summary;
  if (head.starts_with(':')) {
    summary.method = pseudo_field(head, "method");
    summary.host = authority_of(pseudo_field(head, "authority"));
    summary.target = summary.method == "CONNECT" ? summary.host : pseudo_field(head, "path");
    return summary;
  }
  std::string_view rest = head;
  std::string_view line = take_line(rest);
  summary.method = take_word(line);
  summary.target = line.substr(0, line.rfind(' '));
  summary.host = authority_of(summary.target);
  return summary;
}

RequestSummary unparsed_summary(std::string_view raw) {
  constexpr std::size_t kMethodMax = 32;
  RequestSummary read = request_summary(raw);
  RequestSummary shown{.method = "-", .target = {}, .host = {}};
  // A field's line that came first is none: its value is nothing to show.
  auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  std::string_view method = read.method, target = read.target;
  if (method.empty() || method.size() > kMethodMax || !std::all_of(method.begin(), method.end(), capital)) return shown;
  shown.method = method;
  bool looks_like_one = target.starts_with('/') || target.contains("://") || method == "CONNECT";
  if (!looks_like_one || !std::all_of(target.begin(), target.end(), visible)) return shown;
  return std::all_of(read.host.begin(), read.host.end(), visible) ? read : shown;
}

ResponseSummary response_summary(std::string_view head) {
  ResponseSummary summary;
  std::string_view rest = head;
  if (head.starts_with(':')) {
    summary.status = status_of(pseudo_field(head, "status"));
  } else {
    std::string_view line = take_line(rest);
    take_word(line);
    summary.status = status_of(take_word(line));
  }
  summary.content_type = field_in(rest, "content-type");
  return summary;
}

}  // namespace porthole::flow
