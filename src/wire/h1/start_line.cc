// See start_line.h.
#include "wire/h1/start_line.h"

#include "base/ascii.h"
#include "http/scan.h"

namespace porthole::wire::h1 {
namespace {

constexpr const char* kRequestClause = "RFC 9112 §3";
constexpr const char* kStatusClause = "RFC 9112 §4";
constexpr const char* kVersionClause = "RFC 9112 §2.3";
constexpr std::size_t kVersionSize = 8;  // HTTP/1.1

// "HTTP/" DIGIT "." DIGIT, upper case, one digit each.
bool is_version(std::string_view text) {
  return text.size() == kVersionSize && text.starts_with("HTTP/") && ascii::digit(text[5]) && text[6] == '.' &&
         ascii::digit(text[7]);
}

// Minor versions above 1 are handled as 1.1 (RFC 9110 §2.5).
http::Version version_of(std::string_view text) {
  return text[7] == '0' ? http::Version::http10 : http::Version::http11;
}

}  // namespace

Result<void> check_request_line_size(std::string_view beginning, const Limits& limits) {
  if (beginning.size() <= limits.method_bytes) return {};
  std::string_view method = beginning.substr(0, beginning.substr(0, limits.method_bytes + 1).find_first_of(" \r\n"));
  if (method.size() > limits.method_bytes) {
    method = method.substr(0, limits.method_bytes + 1);
    if (!http::is_token(method))
      return fail(client_error(400, "the request line does not begin with a method", kRequestClause));
    return fail(client_error(501, "the method is too long", kRequestClause));
  }
  std::string_view rest = beginning.substr(method.size());
  if (rest.size() <= limits.target_bytes + 1 || rest[0] != ' ') return {};
  std::string_view target = rest.substr(1, limits.target_bytes + 1);
  if (target.find_first_of(" \r\n") != std::string_view::npos) return {};
  return fail(client_error(414, "the request target is too long", kRequestClause));
}

Result<void> parse_request_line(std::string_view line, http::RequestHead& head) {
  std::size_t end = http::span_of(http::kTokenOctet, line);
  if (end == 0 || end == line.size() || line[end] != ' ') {
    return fail(client_error(400, "the request line does not begin with a method and one space", kRequestClause));
  }
  head.method_text = line.substr(0, end);
  head.method = http::method_of(head.method_text);
  line.remove_prefix(end + 1);
  end = line.rfind(' ');
  if (end == std::string_view::npos) {
    return fail(client_error(400, "the request line has no version (HTTP/0.9 is not spoken)", kRequestClause));
  }
  std::string_view version = line.substr(end + 1);
  if (!is_version(version) || version[5] == '0') {
    return fail(client_error(400, "the request line does not end in a version such as HTTP/1.1", kVersionClause));
  }
  if (version[5] != '1')
    return fail(client_error(505, "only HTTP/1.0 and HTTP/1.1 are spoken here", "RFC 9110 §15.6.6"));
  head.version = version_of(version);
  head.target_text = line.substr(0, end);
  PH_TRY(head.target, http::parse_target(head.target_text, head.method));
  return {};
}

Result<void> parse_status_line(std::string_view line, http::ResponseHead& head) {
  auto refuse = [](const char* detail) {
    return fail(upstream_error(Token::http_protocol_error, detail, kStatusClause));
  };
  if (!is_version(line.substr(0, kVersionSize)) || line[5] != '1') {
    return refuse("the response does not begin with HTTP/1.0 or HTTP/1.1");
  }
  head.version = version_of(line);
  line.remove_prefix(kVersionSize);
  bool digits =
      line.size() >= 4 && line[0] == ' ' && ascii::digit(line[1]) && ascii::digit(line[2]) && ascii::digit(line[3]);
  if (!digits || line[1] == '0') return refuse("the status is not a number of three digits");
  head.status = static_cast<std::uint16_t>((line[1] - '0') * 100 + (line[2] - '0') * 10 + (line[3] - '0'));
  line.remove_prefix(4);
  if (line.empty()) return {};
  if (line[0] != ' ') return refuse("the status is not a number of three digits");
  head.reason = line.substr(1);
  if (!http::is_value(head.reason)) return refuse("the reason phrase has a control character");
  return {};
}

}  // namespace porthole::wire::h1
