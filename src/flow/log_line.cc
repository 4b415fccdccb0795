// See log_line.h. Written by hand with to_chars and appends, because this runs for each request on the worker's own time.
// A peer's bytes: in json as \u00XX for what is not printable ASCII, so that the line is ASCII and each byte can be told; in
// the text formats as \xHH, as Apache and nginx do, blanks of a target included, because tools split at blanks.
#include "flow/log_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "base/ascii.h"

namespace porthole::flow {
namespace {

constexpr char kHex[] = "0123456789abcdef";

template <class Number>
void append_number(std::string& out, Number number) {
  char room[24];
  char* end = std::to_chars(room, room + sizeof room, number).ptr;
  out.append(room, static_cast<std::size_t>(end - room));
}

// `width` digits with zeros in front.
void append_padded(std::string& out, std::uint64_t number, int width, char pad = '0') {
  char room[24];
  char* end = std::to_chars(room, room + sizeof room, number).ptr;
  for (auto length = static_cast<int>(end - room); length < width; ++length) out += pad;
  out.append(room, static_cast<std::size_t>(end - room));
}

void append_address(std::string& out, const Endpoint& at, bool with_port) {
  if (at.ip.v4) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) out += '.';
      append_number(out, static_cast<unsigned>(at.ip.bytes[i]));
    }
  } else if (with_port) {
    out += '[';
    out += at.ip.text();
    out += ']';
  } else {
    out += at.ip.text();
  }
  if (!with_port) return;
  out += ':';
  append_number(out, at.port);
}

std::string_view protocol_text(http::Version version) {
  static constexpr std::array<std::string_view, 3> kText = {"HTTP/1.0", "HTTP/1.1", "HTTP/2"};
  return kText[static_cast<std::size_t>(version)];
}

// Runs of bytes that need nothing are appended at once: most values are one run.
template <class Plain, class Escape>
void append_escaped(std::string& out, std::string_view text, Plain plain, Escape escape) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (plain(text[i])) continue;
    out.append(text, start, i - start);
    escape(text[i]);
    start = i + 1;
  }
  out.append(text, start);
}

bool printable(char c) { return c > ' ' && c < 0x7f; }

void append_json(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(
      out, text, [](char c) { return (printable(c) || c == ' ') && c != '"' && c != '\\'; },
      [&](char c) {
        if (c == '"' || c == '\\') {
          out += '\\';
          out += c;
          return;
        }
        out += "\\u00";
        out += kHex[static_cast<unsigned char>(c) >> 4];
        out += kHex[c & 15];
      });
  out += '"';
}

void append_hex(std::string& out, char c) {
  out += "\\x";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[c & 15];
}

// A field between blanks: "-" when empty.
void append_word(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += '-';
    return;
  }
  append_escaped(
      out, text, [](char c) { return printable(c) && c != '"' && c != '\\'; }, [&](char c) { append_hex(out, c); });
}

// A field between quotes: blanks stay.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  if (text.empty()) out += '-';
  append_escaped(
      out, text, [](char c) { return (printable(c) || c == ' ') && c != '"' && c != '\\'; },
      [&](char c) { append_hex(out, c); });
  out += '"';
}

struct Moment {
  std::int64_t seconds;
  std::uint64_t microseconds;
};

Moment moment_of(WallTime time) {
  auto since = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  since = std::max<std::int64_t>(since, 0);
  return {since / 1'000'000, static_cast<std::uint64_t>(since % 1'000'000)};
}

struct Calendar {
  int year, month, day, hour, minute, second;
};

// Civil date from days since 1970 (Howard Hinnant's algorithm): gmtime_r takes a lock for the zone and 10 times as long.
Calendar calendar_of(std::int64_t seconds) {
  std::int64_t days = seconds / 86'400;
  auto rest = static_cast<int>(seconds % 86'400);
  std::int64_t shifted = days + 719'468;  // since 0000-03-01
  std::int64_t era = shifted / 146'097;
  std::int64_t day_of_era = shifted % 146'097;
  std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t month = (5 * day_of_year + 2) / 153;  // 0 = March
  auto day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  auto civil_month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  auto year = static_cast<int>(year_of_era + era * 400 + (civil_month <= 2 ? 1 : 0));
  return {year, civil_month, day, rest / 3600, rest / 60 % 60, rest % 60};
}

void append_two(std::string& out, int number) { append_padded(out, static_cast<std::uint64_t>(number), 2); }

// RFC 3339 in UTC with microseconds.
void append_timestamp(std::string& out, WallTime time) {
  Moment moment = moment_of(time);
  Calendar at = calendar_of(moment.seconds);
  append_padded(out, static_cast<std::uint64_t>(at.year), 4);
  out += '-';
  append_two(out, at.month);
  out += '-';
  append_two(out, at.day);
  out += 'T';
  append_two(out, at.hour);
  out += ':';
  append_two(out, at.minute);
  out += ':';
  append_two(out, at.second);
  out += '.';
  append_padded(out, moment.microseconds, 6);
  out += 'Z';
}

// [10/Oct/2000:13:55:36 +0000]
void append_common_time(std::string& out, WallTime time) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Calendar at = calendar_of(moment_of(time).seconds);
  out += '[';
  append_two(out, at.day);
  out += '/';
  out += kMonths[static_cast<std::size_t>(at.month - 1)];
  out += '/';
  append_padded(out, static_cast<std::uint64_t>(at.year), 4);
  out += ':';
  append_two(out, at.hour);
  out += ':';
  append_two(out, at.minute);
  out += ':';
  append_two(out, at.second);
  out += " +0000]";
}

void append_json_line(const Outcome& outcome, std::string& out) {
  out += R"({"ts":")";
  append_timestamp(out, outcome.begun);
  char flow[FlowId::kTextBytes];
  outcome.flow.text(flow);
  out += R"(","flow":")";
  out.append(flow, sizeof flow);
  out += R"(","client":")";
  append_address(out, outcome.client, true);
  out += R"(","method":)";
  append_json(out, outcome.method);
  out += R"(,"target":)";
  append_json(out, outcome.target);
  out += R"(,"host":)";
  append_json(out, outcome.host);
  out += R"(,"status":)";
  append_number(out, outcome.status);
  out += R"(,"proxy_error":)";
  if (outcome.error == Token::none) out += "null";
  else append_json(out, token_text(outcome.error));
  out += R"(,"bytes_in":)";
  append_number(out, outcome.bytes_in);
  out += R"(,"bytes_out":)";
  append_number(out, outcome.bytes_out);
  out += R"(,"duration_us":)";
  append_number(out, outcome.took.count() / 1000);
  out += R"(,"upstream":)";
  if (outcome.upstream.port == 0) {
    out += "null";
  } else {
    out += '"';
    append_address(out, outcome.upstream, true);
    out += '"';
  }
  out += outcome.reused ? R"(,"reused":true,"protocol":")" : R"(,"reused":false,"protocol":")";
  out += protocol_text(outcome.version);
  out += R"(","outcome":")";
  out += end_text(outcome.end);
  out += "\"}\n";
}

// %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"
void append_combined_line(const Outcome& outcome, std::string& out) {
  append_address(out, outcome.client, false);
  out += " - - ";
  append_common_time(out, outcome.begun);
  out += " \"";
  append_word(out, outcome.method);
  out += ' ';
  append_word(out, outcome.target);
  out += ' ';
  out += protocol_text(outcome.version);
  out += "\" ";
  append_number(out, outcome.status);
  out += ' ';
  append_number(out, outcome.bytes_out);
  out += ' ';
  append_quoted(out, outcome.referer);
  out += ' ';
  append_quoted(out, outcome.user_agent);
  out += '\n';
}

// What Squid would have called it.
std::string_view squid_result(const Outcome& outcome) {
  if (outcome.end == End::client_gone) return outcome.method == "CONNECT" ? "TCP_TUNNEL_ABORTED" : "TCP_MISS_ABORTED";
  if (outcome.end == End::tunnelled) return "TCP_TUNNEL";
  if (outcome.error == Token::http_request_denied || outcome.error == Token::destination_ip_prohibited)
    return "TCP_DENIED";
  if (outcome.upstream.port == 0) return outcome.error == Token::none ? "TCP_HIT" : "NONE";
  return "TCP_MISS";
}

// %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt
void append_squid_line(const Outcome& outcome, std::string& out) {
  // Squid writes when the request ended, which is when it logs.
  Moment ended = moment_of(outcome.begun + outcome.took);
  append_number(out, ended.seconds);
  out += '.';
  append_padded(out, ended.microseconds / 1000, 3);
  out += ' ';
  append_padded(out, static_cast<std::uint64_t>(std::max<std::int64_t>(outcome.took.count(), 0)) / 1'000'000, 6, ' ');
  out += ' ';
  append_address(out, outcome.client, false);
  out += ' ';
  out += squid_result(outcome);
  out += '/';
  append_padded(out, outcome.status, 3);
  out += ' ';
  append_number(out, outcome.bytes_out);
  out += ' ';
  append_word(out, outcome.method);
  out += ' ';
  append_word(out, outcome.target);
  out += " - ";
  if (outcome.upstream.port == 0) {
    out += "HIER_NONE/-";
  } else {
    out += "HIER_DIRECT/";
    append_address(out, outcome.upstream, false);
  }
  out += ' ';
  append_word(out, outcome.content_type.substr(0, outcome.content_type.find_first_of("; ")));
  out += '\n';
}

}  // namespace

void format_line(LogFormat format, const Outcome& outcome, std::string& out) {
  switch (format) {
    case LogFormat::json: return append_json_line(outcome, out);
    case LogFormat::combined: return append_combined_line(outcome, out);
    case LogFormat::squid: return append_squid_line(outcome, out);
  }
}

}  // namespace porthole::flow
