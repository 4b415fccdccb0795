// See snippet.h.
#include "flow/snippet.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/json.h"
#include "base/text.h"
#include "flow/first_line.h"
#include "flow/redactor.h"
#include "flow/target_parts.h"

namespace porthole::flow {
namespace {

struct Request {
  std::string method, url;
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  std::string content;
  std::string missing;  // a sentence, when not all content is there

  bool has(std::string_view name) const {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const auto& one) { return ascii::equal_nocase(one.first, name); });
  }
};

bool of_the_connection(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "host", "content-length", "transfer-encoding", "connection", "keep-alive",
      "te",   "trailer",        "upgrade",           "expect",     "proxy-connection"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view one) { return ascii::equal_nocase(name, one); });
}

// `head` outlives the request.
Request request_of(SegmentFolder& folder, const Flow& flow, std::string_view head) {
  Request request{.method = std::string(flow.row.method), .url = url_of(target_parts(flow.row.target, flow.row.host))};
  each_field(head, true, [&](std::string_view name, std::string_view value) {
    if (!of_the_connection(name)) request.fields.emplace_back(name, value);
    return true;
  });
  if (flow.switched()) return request;
  const RecordedContent& content = flow.content[0];
  read_content(folder, content, 0, kSnippetContentMax, request.content);
  if (request.content.size() < content.size)
    request.missing = fmt::format("{} of {} bytes of the content were kept", request.content.size(), content.size);
  return request;
}

// One word for sh. What is no text goes through printf's octal escapes: nothing in `text` reaches the shell itself.
std::string for_printf(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7f || c == '\'' || c == '\\') out += fmt::format("\\{:03o}", octet);
    else if (c == '%') out += "%%";
    else out += c;
  }
  return out + "'";
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) c == '\'' ? out += "'\\''" : out += c;
  return out + "'";
}

std::string word(std::string_view text) {
  return is_plain_text(text) ? quoted(text) : fmt::format("\"$(printf {})\"", for_printf(text));
}

std::string curl(const Request& request) {
  std::string line = "curl --globoff --path-as-is";
  bool content = !request.content.empty();
  if (request.method == "HEAD" && !content) line += " --head";
  else if (request.method != "GET" || content) line += " -X " + word(request.method);
  for (auto [name, value] : request.fields)
    line += " -H " + word(value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
  // What curl would add by itself, and the client did not.
  for (std::string_view own : {"Accept", "User-Agent"})
    if (!request.has(own)) line += fmt::format(" -H '{}:'", own);
  if (content && !request.has("Content-Type")) line += " -H 'Content-Type:'";
  bool text = is_plain_text(request.content);
  if (content) line += text ? " --data-raw " + quoted(request.content) : " --data-binary @-";
  line += " " + word(request.url) + "\n";
  if (content && !text) line = fmt::format("printf {} | {}", for_printf(request.content), line);
  return request.missing.empty() ? line : fmt::format("# {}\n{}", request.missing, line);
}

std::string json_text(std::string_view octets) {
  std::string out;
  Json(out).octets(octets);
  return out;
}

std::string fetch(const Request& request) {
  std::string out = request.missing.empty() ? "" : fmt::format("// {}\n", request.missing);
  out +=
      fmt::format("await fetch({}, {{\n  method: {},\n  headers: [", json_text(request.url), json_text(request.method));
  for (auto [name, value] : request.fields) out += fmt::format("\n    [{}, {}],", json_text(name), json_text(value));
  out += request.fields.empty() ? "],\n" : "\n  ],\n";
  if (is_utf8(request.content) && !request.content.empty()) {
    std::string text;
    Json(text).text(request.content);
    out += fmt::format("  body: {},\n", text);
  } else if (!request.content.empty()) {
    out += fmt::format("  body: Uint8Array.from(atob('{}'), (c) => c.charCodeAt(0)),\n", base64(request.content));
  }
  return out + "});\n";
}

std::string python_bytes(std::string_view octets) {
  std::string out = "b'";
  for (char c : octets) {
    auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7f || c == '\'' || c == '\\') out += fmt::format("\\x{:02x}", octet);
    else out += c;
  }
  return out + "'";
}

std::string python(const Request& request) {
  std::string out = request.missing.empty() ? "" : fmt::format("# {}\n", request.missing);
  out += fmt::format("import urllib.request\n\nrequest = urllib.request.Request({}, method={}", json_text(request.url),
                     json_text(request.method));
  if (!request.content.empty()) out += fmt::format(", data={}", python_bytes(request.content));
  out += ")\n";
  // Of one name the last would count: they are one field, RFC 9110 §5.3.
  std::vector<std::pair<std::string_view, std::string>> fields;
  for (auto [name, value] : request.fields) {
    auto same = std::find_if(fields.begin(), fields.end(),
                             [&](const auto& one) { return ascii::equal_nocase(one.first, name); });
    if (same == fields.end()) fields.emplace_back(name, value);
    else same->second.append(ascii::equal_nocase(name, "cookie") ? "; " : ", ").append(value);
  }
  for (const auto& [name, value] : fields)
    out += fmt::format("request.add_header({}, {})\n", json_text(name), json_text(value));
  return out + "with urllib.request.urlopen(request) as answer:\n    print(answer.status, answer.read())\n";
}

}  // namespace

std::optional<SnippetKind> snippet_kind_of(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"curl", "fetch", "python", "raw"};
  auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<SnippetKind>(found - kNames.begin());
}

std::optional<std::string> snippet(SegmentFolder& folder, const Flow& flow, SnippetKind kind, bool secrets) {
  if (!flow.request_received || flow.row.method == "CONNECT") return std::nullopt;
  std::string head = flow.request_received->text;
  if (flow.request_received->unparsed) {
    if (!secrets) Redactor(secret_fields()).redact_unparsed(head);
    return kind == SnippetKind::raw ? std::optional(head) : std::nullopt;
  }
  if (!secrets) Redactor(secret_fields()).redact_lines(head);
  Request request = request_of(folder, flow, head);
  if (kind == SnippetKind::raw) return head + request.content;
  if (request.url.empty()) return std::nullopt;  // in origin-form: it was for us
  switch (kind) {
    case SnippetKind::fetch: return fetch(request);
    case SnippetKind::python: return python(request);
    default: return curl(request);
  }
}

}  // namespace porthole::flow
