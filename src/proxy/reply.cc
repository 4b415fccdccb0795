// See reply.h. Bodies are built as strings: this is not the hot path, and every piece that came from a peer is escaped here.
#include "proxy/reply.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/html.h"
#include "base/json.h"
#include "http/target.h"

namespace porthole::proxy {
namespace {

using http::FieldName;

struct Advice {
  std::uint16_t status;
  std::string_view text;
};

// What a person can try. One sentence, by status.
constexpr std::array<Advice, 16> kAdvice = {{
    {400, "The request does not match the HTTP grammar; the proxy does not guess. Check what the client sends."},
    {403, "The proxy is configured not to do this. Whoever runs it can allow it."},
    {404,
     "The proxy itself has no such page. To fetch from a server, send the whole URL, or set this address as a proxy."},
    {405, "The proxy's own pages answer GET and HEAD."},
    {408, "The client took too long to send its request. Send it again."},
    {414, "The request target is longer than the proxy reads."},
    {417, "The only expectation that is understood is 100-continue."},
    {429, "Close a connection, or wait a moment. Whoever runs the proxy can raise limits.per_client."},
    {431, "The header section is larger than the proxy reads. Cookies that piled up are a usual reason."},
    {501,
     "The proxy does not do this. For https use CONNECT: set the proxy for https as well, and the client does it by "
     "itself."},
    {502,
     "The server could not be reached or sent something that is not HTTP. Check the name, the port and the server."},
    {503, "Too many requests wait for that server. Try again in a moment."},
    {504, "The server did not answer in time. It may be slow, or something between may drop packets."},
    {505, "Speak HTTP/1.1 or HTTP/1.0 to the proxy."},
    {508, "The request came back to this proxy. Check the proxy settings of the hop before and after."},
    {500, "This is a bug of the proxy; its log has more."},
}};

std::string_view advice_for(std::uint16_t status) {
  for (const Advice& advice : kAdvice) {
    if (advice.status == status) return advice.text;
  }
  return "";
}

// For a quoted string of a field: ASCII alone.
std::string quotable(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += (c >= ' ' && c < '\x7f') ? c : '?';
  }
  return out;
}

std::string json_text(std::string_view text) {
  std::string out;
  Json(out).text(text);
  return out;
}

bool wants_html(const http::RequestHead* request) {
  const http::Field* accept = request ? request->fields.find(FieldName::accept) : nullptr;
  return accept && accept->value.find("text/html") != std::string_view::npos;
}

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{status} {title}</title>
<style>
:root{{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--paper:#fbfaf7;--line:#dcd8cf;--mark:#0b6e75}}
@media(prefers-color-scheme:dark){{:root{{--ink:#e6e9ee;--soft:#9aa5b4;--paper:#12161c;--line:#2a323d;--mark:#59c2c9}}}}
body{{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}}
main{{max-width:40rem;margin:12vh auto 4rem;padding:0 1.25rem}}
h1{{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}}
h1 b{{color:var(--mark);font-weight:600;margin-right:.4rem}}
dl{{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1rem;
border-top:1px solid var(--line);margin-top:1.75rem;padding-top:1rem;
font-size:.875rem}}
dt{{color:var(--soft)}}dd{{margin:0;overflow-wrap:anywhere}}code{{font-family:ui-monospace,monospace}}
</style></head><body><main>
<h1><b>{status}</b>{title}</h1>
<p>{what}</p>
<p>{advice}</p>
<dl><dt>Answered by</dt><dd>{name}, a proxy, not by the server</dd>{asked}
<dt>Reason</dt><dd><code>{token}</code></dd><dt>Flow</dt><dd><code>{flow}</code></dd></dl>
</main></body></html>
)";

// What happened, in one sentence: the detail is a literal of ours, the clause too.
std::string what_happened(const Error& error) {
  std::string text = error.detail;
  if (text.empty()) text = http::reason_phrase(error.status);
  text[0] = static_cast<char>(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 32 : text[0]);
  if (error.clause) text += fmt::format(" ({})", error.clause);
  return text + ".";
}

void set_length(Reply& reply, const ReplyFacts& facts) {
  reply.head.reason = http::reason_phrase(reply.head.status);
  reply.head.fields.add(FieldName::date, reply.head.arena.copy(facts.date));
  reply.head.fields.add(FieldName::content_length, reply.head.arena.copy(std::to_string(reply.body.size())));
}

// Host and path as asked, without the query, which may carry secrets.
std::string asked_for(const http::RequestHead* request) {
  if (!request) return {};
  std::string room;
  std::string_view target = http::without_userinfo(request->target_text, room);
  return std::string(target.substr(0, std::min<std::size_t>(target.find('?'), 512)));
}

}  // namespace

void compose_error(const Error& error, const ReplyFacts& facts, Reply& reply) {
  char flow[flow::FlowId::kTextBytes];
  facts.flow.text(flow);
  std::string_view flow_text(flow, sizeof flow);
  std::string_view token = token_text(error.token);
  std::string_view title = http::reason_phrase(error.status);
  reply.head.status = error.status;

  http::Fields& fields = reply.head.fields;
  if (wants_html(facts.request)) {
    std::string asked = asked_for(facts.request);
    if (!asked.empty()) asked = fmt::format("<dt>Asked for</dt><dd><code>{}</code></dd>", escape_html(asked));
    reply.body =
        fmt::format(fmt::runtime(kPage), fmt::arg("status", error.status), fmt::arg("title", title),
                    fmt::arg("what", escape_html(what_happened(error))), fmt::arg("advice", advice_for(error.status)),
                    fmt::arg("name", escape_html(facts.proxy_name)), fmt::arg("asked", asked), fmt::arg("token", token),
                    fmt::arg("flow", flow_text));
    fields.add(FieldName::content_type, "text/html; charset=utf-8");
    fields.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  } else {
    reply.body = fmt::format(
        "{{\"type\":\"about:blank\",\"title\":\"{}\",\"status\":{},\"detail\":{},\"token\":\"{}\",\"flow\":\"{}\"}}\n",
        title, error.status, json_text(fmt::format("{} {}", what_happened(error), advice_for(error.status))), token,
        flow_text);
    fields.add(FieldName::content_type, "application/problem+json");
  }
  fields.add("X-Content-Type-Options", "nosniff");
  fields.add(FieldName::cache_control, "no-store");
  std::string status = fmt::format("{}; error={}", facts.proxy_name, token);
  if (facts.loopback_client) status += fmt::format("; details=\"{}\"", quotable(error.detail));
  fields.add(FieldName::proxy_status, reply.head.arena.copy(status));
  if (error.status == 405) fields.add("Allow", "GET, HEAD, OPTIONS");
  if (error.status == 503 || error.status == 429) fields.add(FieldName::retry_after, "1");
  set_length(reply, facts);
}

void compose_page(const control::Page& page, const ReplyFacts& facts, Reply& reply) {
  http::Fields& fields = reply.head.fields;
  http::TextArena& arena = reply.head.arena;
  fields.add("X-Content-Type-Options", "nosniff");
  fields.add(FieldName::cache_control, page.cache_control.empty() ? "no-store" : arena.copy(page.cache_control));
  if (!page.etag.empty()) fields.add(FieldName::etag, arena.copy(page.etag));
  const http::Field* known = facts.request ? facts.request->fields.find(FieldName::if_none_match) : nullptr;
  if (known && !page.etag.empty() && known->value.find(page.etag) != std::string_view::npos) {
    reply.head.status = 304;
    reply.head.reason = http::reason_phrase(304);
    fields.add(FieldName::date, arena.copy(facts.date));
    return;
  }
  reply.head.status = 200;
  reply.body = page.body;
  fields.add(FieldName::content_type, arena.copy(page.content_type));
  set_length(reply, facts);
}

void compose_trace(const ReplyFacts& facts, Reply& reply) {
  reply.head.status = 200;
  const http::RequestHead& request = *facts.request;
  reply.body =
      fmt::format("{} {} HTTP/{}\r\n", request.method_text, request.target_text, http::version_text(request.version));
  for (const http::Field& field : request.fields) {
    bool secret = field.id == FieldName::authorization || field.id == FieldName::proxy_authorization ||
                  field.id == FieldName::cookie;
    if (!secret) reply.body += fmt::format("{}: {}\r\n", field.name, field.value);
  }
  reply.body += "\r\n";
  reply.head.fields.add(FieldName::content_type, "message/http");
  set_length(reply, facts);
}

void compose_options(const ReplyFacts& facts, Reply& reply) {
  reply.head.status = 200;
  reply.head.fields.add("Allow", "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS, TRACE, CONNECT");
  set_length(reply, facts);
}

}  // namespace porthole::proxy
