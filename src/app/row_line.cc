// See row_line.h.
#include "app/row_line.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "flow/as_json.h"
#include "flow/story.h"

namespace porthole::app {
namespace {

using flow::End;
using flow::Row;
using Object = nlohmann::ordered_json;

constexpr std::size_t kWide = 110;      // from here on there is room for the id
constexpr std::size_t kTargetMin = 12;  // less says nothing: then the terminal breaks the line
constexpr std::size_t kErrorMin = 10;
constexpr std::string_view kGap = "...";

std::string clock_text(WallTime at, bool milliseconds) {
  std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(at));
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::string text = fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count() % 1000;
  return milliseconds ? fmt::format("{}.{:03}", text, ms) : text;
}

std::string_view paint(std::uint16_t status) {
  return status == 0 || status >= 500 ? "\x1b[31m"
         : status >= 400              ? "\x1b[33m"
         : status >= 300              ? "\x1b[36m"
                                      : "\x1b[32m";
}

// Host and beginning, and the end: what tells targets apart.
std::string fitted(std::string text, std::size_t room) {
  if (text.size() <= room) return text;
  std::size_t end = (room - kGap.size()) / 3, begin = room - kGap.size() - end;
  return fmt::format("{}{}{}", text.substr(0, begin), kGap, text.substr(text.size() - end));
}

// Octets that stand as U+0080 to U+00FF, one for each, as octets again (base/json.h).
std::string octets_of(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    auto first = static_cast<unsigned char>(utf8[i]);
    bool pair = (first == 0xc2 || first == 0xc3) && i + 1 < utf8.size();
    if (pair) out += static_cast<char>(((first & 0x03) << 6) | (static_cast<unsigned char>(utf8[++i]) & 0x3f));
    else out += utf8[i];
  }
  return out;
}

std::string text_at(const Object& json, const char* name) {
  auto found = json.find(name);
  return found != json.end() && found->is_string() ? octets_of(found->get_ref<const std::string&>()) : std::string();
}

std::int64_t number_at(const Object& json, const char* name) {
  auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

Token token_at(const Object& json) {
  std::string text = text_at(json, "error");
  for (int i = 0; i < static_cast<int>(Token::count_) && !text.empty(); ++i) {
    if (token_text(static_cast<Token>(i)) == text) return static_cast<Token>(i);
  }
  return Token::none;
}

// Why it failed: the proxy's error, or how it ended where there is none.
std::string failure_of(const Row& row) {
  if (row.error != Token::none) return std::string(token_text(row.error));
  bool failed = row.end == End::client_gone || row.end == End::upstream_broke || row.end == End::timed_out ||
                row.end == End::shutdown;
  return failed && !row.open && row.method != "CONNECT" ? std::string(flow::end_text(row.end)) : std::string();
}

End end_at(const Object& json) {
  std::string text = text_at(json, "end");
  for (int i = 0; i <= static_cast<int>(End::shutdown); ++i) {
    if (flow::end_text(static_cast<End>(i)) == text) return static_cast<End>(i);
  }
  return End::complete;
}

}  // namespace

std::string safe(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7f) out += fmt::format("\\x{:02x}", octet);
    else out += c;
  }
  return out;
}

std::string row_line(const Row& row, const LineLook& look) {
  bool narrow = look.columns != 0 && look.columns < kWide;
  std::string line = narrow ? "" : flow::id_text(row.flow) + " ";
  line += fmt::format("{} {:<7} ", clock_text(row.begun, !narrow), safe(row.method));
  std::string status = row.status == 0 ? "-" : std::to_string(row.status);
  std::string rest = fmt::format(" {:>9} {:>10}  ", flow::duration_words(row.took), flow::size_words(row.bytes_out));
  std::string error = failure_of(row);
  if (!error.empty()) error.insert(0, "  ");
  std::string target = safe(row.target);
  if (look.columns != 0) {
    std::size_t taken = line.size() + 3 + rest.size();
    std::size_t left = look.columns - std::min(look.columns, taken + kTargetMin);
    error = fitted(std::move(error), std::max(kErrorMin, left));
    taken += error.size();
    target = fitted(std::move(target), std::max(kTargetMin, look.columns - std::min(look.columns, taken)));
  }
  std::string_view on = look.colour ? paint(row.status) : "", off = look.colour ? "\x1b[0m" : "";
  return fmt::format("{}{}{:>3}{}{}{}{}\n", line, on, status, off, rest, target, error);
}

std::optional<Row> row_of(const Object& json) {
  if (!json.is_object()) return std::nullopt;
  auto id = flow::FlowId::parse(text_at(json, "id"));
  if (!id) return std::nullopt;
  std::string method = text_at(json, "method"), host = text_at(json, "host"), target = text_at(json, "target");
  std::string type = text_at(json, "type");
  Row row;
  row.flow = *id;
  row.open = text_at(json, "state") == "open";
  row.end = end_at(json);
  row.error = token_at(json);
  row.status = static_cast<std::uint16_t>(number_at(json, "status"));
  row.bytes_in = static_cast<ByteCount>(number_at(json, "bytes_in"));
  row.bytes_out = static_cast<ByteCount>(number_at(json, "bytes_out"));
  row.begun = WallTime(std::chrono::microseconds(number_at(json, "begun")));
  row.took = std::chrono::microseconds(number_at(json, "took"));
  row.method = method;
  row.host = host;
  row.target = target;
  row.content_type = type;
  row.keep();
  return row;
}

}  // namespace porthole::app
