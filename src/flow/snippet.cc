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
#include "http/characters.h"

namespace porthole::flow {
namespace {

struct Request {
  std::string method, url;
  TargetParts at;
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  std::string content;
  std::string missing;  // a sentence, when not all content is there

  // Without content its length is said all the same (RFC 9110 §8.6).
  bool awaits_length() const { return content.empty() && (method == "POST" || method == "PUT" || method == "PATCH"); }
  bool has(std::string_view name) const {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const auto& one) { return ascii::equal_nocase(one.first, name); });
  }
};

constexpr std::size_t kWordMax =
    100'000;  // Linux takes no argument of 128 KiB; printf is no program but the shell's own

bool of_the_connection(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "host", "content-length", "transfer-encoding", "connection", "keep-alive",
      "te",   "trailer",        "upgrade",           "expect",     "proxy-connection"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view one) { return ascii::equal_nocase(name, one); });
}

// `head` outlives the request.
Request request_of(SegmentFolder& folder, const Flow& flow, std::string_view head) {
  Request request{.method = std::string(flow.row.method), .at = target_parts(flow.row.target, flow.row.host)};
  request.url = url_of(request.at);
  each_field(head, true, [&](std::string_view name, std::string_view value) {
    // What is imported may have names that no field has; to curl "@x" is a file.
    if (!of_the_connection(name) && http::is_token(name)) request.fields.emplace_back(name, value);
    return true;
  });
  if (flow.switched()) return request;
  const RecordedContent& content = flow.content[0];
  read_content(folder, content, 0, kSnippetContentMax, request.content);
  if (request.content.size() < content.size)
    request.missing = fmt::format("{} of {} bytes of the content are here", request.content.size(), content.size);
  return request;
}

// One word for sh. What is no text goes through printf's octal escapes: nothing in `text` reaches the shell itself. What begins
// with a dash would be printf's option.
std::string for_printf(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    auto octet = static_cast<unsigned char>(c);
    bool option = c == '-' && out.size() == 1;
    if (option || octet < 0x20 || octet >= 0x7f || c == '\'' || c == '\\') out += fmt::format("\\{:03o}", octet);
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
  if (request.awaits_length()) line += " --data-raw '' -H 'Content-Type:'";
  bool text = is_plain_text(request.content) && request.content.size() <= kWordMax;
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
  // Text would get a Content-Type of its own; and there are methods with which fetch sends nothing.
  if (request.content.empty()) return out + "});\n";
  if (request.method == "GET" || request.method == "HEAD") {
    out += fmt::format("  // {} bytes of content: fetch sends none with {}\n", request.content.size(), request.method);
  } else if (is_utf8(request.content)) {
    std::string text;
    Json(text).text(request.content);
    out += request.has("Content-Type") ? fmt::format("  body: {},\n", text)
                                       : fmt::format("  body: new TextEncoder().encode({}),\n", text);
  } else {
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

// With http.client, which adds no field and joins none.
std::string python(const Request& request) {
  std::string out = request.missing.empty() ? "" : fmt::format("# {}\n", request.missing);
  const TargetParts& at = request.at;
  out += fmt::format("import http.client\n\nconnection = http.client.HTTP{}Connection({}, {})\n",
                     at.scheme == "https" ? "S" : "", json_text(at.host), at.port);
  std::string_view origin_form = request.url;
  origin_form.remove_prefix(std::min(origin_form.find('/', at.scheme.size() + 3), origin_form.size()));
  out += fmt::format("connection.putrequest({}, {}, skip_accept_encoding=True)\n", json_text(request.method),
                     json_text(origin_form));
  for (auto [name, value] : request.fields)
    out += fmt::format("connection.putheader({}, {})\n", json_text(name), json_text(value));
  bool content = !request.content.empty();
  if (content || request.awaits_length())
    out += fmt::format("connection.putheader(\"Content-Length\", \"{}\")\n", request.content.size());
  out += fmt::format("connection.endheaders({})\n", content ? python_bytes(request.content) : "");
  return out + "answer = connection.getresponse()\nprint(answer.status, answer.read())\n";
}

// As it passed; the framing of chunks is made anew.
std::string raw(const Request& request, std::string_view head, std::string_view trailers) {
  std::string out(head);
  if (!ascii::equal_nocase(field_in(head, "transfer-encoding"), "chunked")) return out + request.content;
  if (!request.content.empty()) out += fmt::format("{:x}\r\n{}\r\n", request.content.size(), request.content);
  return out.append("0\r\n").append(trailers).append("\r\n");
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
  if (!secrets) Redactor(secret_fields()).redact_request(head);
  Request request = request_of(folder, flow, head);
  if (kind == SnippetKind::raw) {
    std::string trailers = flow.trailers[0];
    if (!secrets) Redactor(secret_fields()).redact_lines(trailers);
    return raw(request, head, trailers);
  }
  if (request.url.empty()) return std::nullopt;  // in origin-form: it was for us
  switch (kind) {
    case SnippetKind::fetch: return fetch(request);
    case SnippetKind::python: return python(request);
    default: return curl(request);
  }
}

}  // namespace porthole::flow
