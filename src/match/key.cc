// See key.h. tidy: table
#include "match/key.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace porthole::match {
namespace {

constexpr bool kCase = true;
constexpr bool kNoCase = false;

// `body` and `header` look at both sides, so they are decided when the later side is; the two-word forms look at one.
constexpr std::array kKeys = {
    KeyRow{Key::host, "host", Kind::whole, kNoCase, Phase::request, "host name or address the request is for",
           "host:*.shop.test", ""},
    KeyRow{Key::domain, "domain", Kind::whole, kNoCase, Phase::request, "that host or any below it", "domain:shop.test",
           ""},
    KeyRow{Key::path, "path", Kind::whole, kCase, Phase::request, "path, without the query", "path:/v1/stock/*", ""},
    KeyRow{Key::query, "query", Kind::whole, kCase, Phase::request,
           "the query, or one `name=value` of it, as it was sent", "query:id=42", ""},
    KeyRow{Key::url, "url", Kind::whole, kCase, Phase::request,
           "the whole URL; scheme and host in lower case, no default port", "url:https://shop.test/*", ""},
    KeyRow{Key::scheme, "scheme", Kind::whole, kNoCase, Phase::request, "`http`, `https`", "scheme:https",
           "http https"},
    KeyRow{Key::port, "port", Kind::number, kNoCase, Phase::request, "port the request is for", "port:8080,8443",
           "80 443 8080"},
    KeyRow{Key::method, "method", Kind::whole, kNoCase, Phase::request, "method", "method:POST,PUT",
           "GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE"},
    KeyRow{Key::protocol, "protocol", Kind::whole, kNoCase, Phase::request, "what the client speaks", "protocol:h2",
           "http/1.0 http/1.1 h2"},
    KeyRow{Key::status, "status", Kind::status, kNoCase, Phase::response,
           "status code of the final answer; `5xx` for a class", "status:404,5xx",
           "1xx 2xx 3xx 4xx 5xx 200 304 404 502"},
    KeyRow{Key::type, "type", Kind::whole, kNoCase, Phase::response,
           "media type of the answer; a word without `/` may be its kind, its subtype or its suffix", "type:json",
           "json html css javascript image font video audio text xml"},
    KeyRow{Key::size, "size", Kind::bytes, kNoCase, Phase::body,
           "bytes of the answer's content, as they were received: `k M G` are powers of 1000, `KiB MiB GiB` of 1024",
           "size>100k", ""},
    KeyRow{Key::time, "time", Kind::duration, kNoCase, Phase::end,
           "from the request's first byte to the answer's last: `us ms s min h`", "time>500ms", ""},
    KeyRow{Key::client, "client", Kind::network, kNoCase, Phase::connect,
           "address of the client; a network in CIDR form too", "client:10.0.0.0/8", ""},
    KeyRow{Key::user, "user", Kind::whole, kCase, Phase::request, "name the client gave to the proxy", "user:alice",
           ""},
    KeyRow{Key::list, "list", Kind::whole, kNoCase, Phase::request, "name of a list that the host or URL is on",
           "list:blocked", ""},
    KeyRow{Key::tag, "tag", Kind::whole, kNoCase, Phase::end, "tag given by a rule or a person", "tag:checkout", ""},
    KeyRow{Key::header, "header.", Kind::whole, kNoCase, Phase::response,
           "value of a field line of that name, of either side", "header.x-trace-id:*", ""},
    KeyRow{Key::request_header, "request-header.", Kind::whole, kNoCase, Phase::request, "the same, of the request",
           "request-header.cookie:*session=*", ""},
    KeyRow{Key::response_header, "response-header.", Kind::whole, kNoCase, Phase::response, "the same, of the answer",
           "response-header.cache-control:*no-store*", ""},
    KeyRow{Key::body, "body", Kind::anywhere, kNoCase, Phase::body, "text that occurs in either content, decoded",
           "body:\"out of stock\"", ""},
    KeyRow{Key::request_body, "request-body", Kind::anywhere, kNoCase, Phase::body, "the same, of the request",
           "request-body:coupon", ""},
    KeyRow{Key::response_body, "response-body", Kind::anywhere, kNoCase, Phase::body, "the same, of the answer",
           "response-body:/\"stock\":\\s*0\\b/", ""},
    KeyRow{
        Key::error, "error", Kind::whole, kNoCase, Phase::end, "Proxy-Status token (RFC 9209) of what went wrong",
        "error:dns_*",
        "dns_error dns_timeout destination_ip_prohibited connection_refused connection_timeout connection_terminated "
        "tls_certificate_error http_request_denied http_response_timeout http_response_incomplete http_protocol_error "
        "proxy_loop_detected"},
    KeyRow{Key::via, "via", Kind::whole, kNoCase, Phase::response, "upstream it went through; `direct` for none",
           "via:office", "direct"},
    KeyRow{Key::rule, "rule", Kind::whole, kNoCase, Phase::end, "name of a rule that applied", "rule:\"no trackers\"",
           ""},
    KeyRow{Key::is, "is", Kind::flag, kNoCase, Phase::end, "one of the words below", "is:error", ""},
};

constexpr KeyRow kText{Key::text, "", Kind::anywhere, kNoCase, Phase::response, "", "", ""};

constexpr std::array kFlags = {
    FlagRow{Flag::pending, "pending", Phase::end, "has not ended yet"},
    FlagRow{Flag::error, "error", Phase::end, "ended with an error of the proxy, or was cut short"},
    FlagRow{Flag::tunnel, "tunnel", Phase::request, "a CONNECT that was tunnelled unread"},
    FlagRow{Flag::ws, "ws", Phase::response, "a WebSocket"},
    FlagRow{Flag::sse, "sse", Phase::response, "a stream of server-sent events"},
    FlagRow{Flag::modified, "modified", Phase::end, "a rule or a person changed the request or the answer"},
    FlagRow{Flag::cached, "cached", Phase::response, "answered from the cache"},
    FlagRow{Flag::blocked, "blocked", Phase::response, "denied by a rule or a policy"},
    FlagRow{Flag::mocked, "mocked", Phase::response, "answered by a rule in the server's place"},
    FlagRow{Flag::held, "held", Phase::end, "stopped at a breakpoint"},
    FlagRow{Flag::intercepted, "intercepted", Phase::request, "came through TLS that was decrypted here"},
    FlagRow{Flag::retried, "retried", Phase::end, "sent to the server more than once"},
    FlagRow{Flag::replayed, "replayed", Phase::connect, "sent by Porthole, again or composed, not by a client"},
    FlagRow{Flag::pinned, "pinned", Phase::end, "kept when others are evicted"},
    FlagRow{Flag::noted, "noted", Phase::end, "has a note"},
    FlagRow{Flag::incomplete, "incomplete", Phase::end, "recorded without some of its bytes"},
};

template <class Rows, class Member>
constexpr bool in_order(const Rows& rows, Member member) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].*member) != i) return false;
  }
  return true;
}
static_assert(in_order(kKeys, &KeyRow::key) && kKeys.size() == static_cast<std::size_t>(Key::text));
static_assert(in_order(kFlags, &FlagRow::flag));

constexpr std::array<std::string_view, 5> kPhases = {"connect", "request", "response", "body", "end"};

std::string_view kind_text(Kind kind) {
  switch (kind) {
    case Kind::whole: return "text";
    case Kind::anywhere: return "text in it";
    case Kind::network: return "text, network";
    case Kind::number:
    case Kind::status: return "number";
    case Kind::bytes: return "size";
    case Kind::duration: return "time";
    case Kind::flag: return "word";
  }
  return "";
}

}  // namespace

std::string_view phase_text(Phase phase) { return kPhases[static_cast<std::size_t>(phase)]; }

std::span<const KeyRow> key_table() { return kKeys; }

const KeyRow& row_of(Key key) { return key == Key::text ? kText : kKeys[static_cast<std::size_t>(key)]; }

const KeyRow* find_key(std::string_view word) {
  for (const KeyRow& row : kKeys) {
    bool begins = takes_field_name(row.key) && word.size() > row.word.size();
    if (ascii::equal_nocase(begins ? word.substr(0, row.word.size()) : word, row.word)) {
      if (begins == takes_field_name(row.key)) return &row;
    }
  }
  return nullptr;
}

std::span<const FlagRow> flag_table() { return kFlags; }

const FlagRow* find_flag(std::string_view word) {
  auto found = std::ranges::find_if(kFlags, [&](const FlagRow& row) { return ascii::equal_nocase(row.word, word); });
  return found == kFlags.end() ? nullptr : &*found;
}

std::string key_table_markdown() {
  std::string text = "| key | compares | case | known at | means | example |\n|---|---|---|---|---|---|\n";
  for (const KeyRow& row : kKeys) {
    bool is_text = row.kind == Kind::whole || row.kind == Kind::anywhere;
    std::string_view case_text = !is_text ? "" : row.case_matters ? "matters" : "no";
    text += "| `" + std::string(row.word) + (takes_field_name(row.key) ? "NAME" : "") + "` | ";
    text += std::string(kind_text(row.kind)) + " | " + std::string(case_text) + " | ";
    text += std::string(row.key == Key::is ? "see below" : phase_text(row.phase)) + " | ";
    text += std::string(row.meaning) + " | `" + std::string(row.example) + "` |\n";
  }
  return text;
}

std::string flag_table_markdown() {
  std::string text = "| | known at | means |\n|---|---|---|\n";
  for (const FlagRow& row : kFlags) {
    text += "| `is:" + std::string(row.word) + "` | " + std::string(phase_text(row.phase)) + " | ";
    text += std::string(row.meaning) + " |\n";
  }
  return text;
}

}  // namespace porthole::match
