// See api.h. One table of calls; a call is a function here, what it says is made in flow and match.
#include "admin/api.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <expected>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "admin/content_answer.h"
#include "admin/har_feeds.h"
#include "admin/replay_answer.h"
#include "admin/search_feed.h"
#include "base/ascii.h"
#include "base/text.h"
#include "flow/as_json.h"
#include "flow/bounded_json.h"
#include "flow/history.h"
#include "flow/messages.h"
#include "flow/row_subject.h"
#include "flow/snippet.h"
#include "flow/store.h"
#include "http/guide.h"
#include "match/completion.h"

namespace porthole::admin {
namespace {

constexpr ByteCount kContentMax = 1_MiB;
constexpr std::size_t kRows = 200, kRowsMax = 1000;
constexpr ByteCount kUnindexedMax = 128_MiB;                    // read at once for a flow that no index knows
constexpr Duration kPatience = std::chrono::milliseconds(100);  // for the recorder to read and to write

Answer not_found() { return problem(404, "not_found", "this flow is gone, or never was"); }

// The expression, or the answer that names its wrong word.
std::expected<match::Expr, Answer> filter_of(std::string_view text) {
  auto parsed = match::Expr::parse(text);
  if (parsed) return std::move(*parsed);
  const match::Fault& fault = parsed.error();
  std::string_view word = text.substr(std::min(fault.offset, text.size()), fault.length);
  Answer answer = json_answer({});
  answer.status = 400;
  Json json(answer.body);
  json.object().key("error").object().text("code", "bad_filter").octets("message", match::fault_text(fault));
  json.number("offset", fault.offset).number("length", fault.length).octets("word", word).end_object().end_object();
  return std::unexpected(std::move(answer));
}

std::int64_t us(WallTime at) {
  return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}

void append_session(Json& json, const control::Facts& facts) {
  json.text("version", PORTHOLE_VERSION).number("started", us(facts.started)).key("proxy").array();
  for (const Endpoint& at : facts.proxy) json.text(at.text());
  json.end_array();
}

}  // namespace

Answer problem(std::uint16_t status, std::string_view code, std::string_view message) {
  Answer answer = json_answer({});
  answer.status = status;
  Json(answer.body)
      .object()
      .key("error")
      .object()
      .text("code", code)
      .octets("message", message)
      .end_object()
      .end_object();
  return answer;
}

Answer json_answer(std::string body) { return {.content_type = "application/json", .body = std::move(body)}; }

const Api::Call Api::kCalls[] = {
    {"GET", "/api/status", &Api::status},
    {"GET", "/api/flows", &Api::flows},
    {"GET", "/api/flows/*", &Api::flow},
    {"GET", "/api/flows/*/explain", &Api::explain},
    {"GET", "/api/flows/*/request/body", &Api::request_body},
    {"GET", "/api/flows/*/response/body", &Api::response_body},
    {"GET", "/api/flows/*/snippet", &Api::snippet},
    {"GET", "/api/flows/*/messages", &Api::messages},
    {"PATCH", "/api/flows/*/mark", &Api::mark},
    {"DELETE", "/api/flows", &Api::clear},
    {"PATCH", "/api/capture", &Api::hold},
    {"GET", "/api/har", &Api::export_har},
    {"POST", "/api/har", &Api::import_har},
    {"POST", "/api/replay", &Api::replay},
    {"GET", "/api/stream", &Api::stream},
    {"GET", "/api/search", &Api::search},
    {"GET", "/api/complete", &Api::complete},
    {"GET", "/api/filter", &Api::filter},
    {"GET", "/api/guide", &Api::guide},
};

ByteCount Api::content_max(std::string_view path) {
  return path == "/api/har" ? flow::HarImport::kFileMax : path == "/api/replay" ? kReplayMax : kContentMax;
}

Answer Api::answer(const http::RequestHead& request, const Query& target, std::string_view content) {
  std::string_view method = request.method == http::Method::head ? "GET" : request.method_text;
  std::string allow;
  for (const Call& call : kCalls) {
    std::string_view path = target.path(), id;
    std::size_t star = call.path.find('*');
    if (star != std::string_view::npos) {
      if (!path.starts_with(call.path.substr(0, star))) continue;
      id = path.substr(star, path.find('/', star) - star);
      if (path.substr(star + id.size()) != call.path.substr(star + 1)) continue;
    } else if (path != call.path) {
      continue;
    }
    if (call.method == method) return (this->*call.answer)({request, target, content, id});
    allow.append(allow.empty() ? "" : ", ").append(call.method);
  }
  if (allow.empty()) return problem(404, "no_such_call", "docs/user/api.md lists the calls");
  Answer answer = problem(405, "method", "this call takes another method");
  answer.fields.emplace_back("Allow", allow);
  return answer;
}

Answer Api::session() const {
  Answer answer = json_answer({});
  Json json(answer.body);
  json.object();
  append_session(json, parts_.lifecycle.facts());
  json.boolean("replay", parts_.replay && !not_recording());
  json.end_object();
  return answer;
}

Answer Api::status(const Asked&) {
  control::Facts facts = parts_.lifecycle.facts();
  Answer answer = json_answer({});
  Json json(answer.body);
  json.object();
  append_session(json, facts);
  json.number("pid", facts.pid).number("workers", facts.workers).boolean("draining", parts_.lifecycle.draining());
  json.key("capture").object().boolean("on", parts_.recorder != nullptr);
  if (flow::Recorder* recorder = parts_.recorder) {
    recorder->write_all(kPatience);  // a command that reads the folder asks before
    const flow::RecorderMetrics& metrics = recorder->metrics();
    std::int64_t paused = metrics.paused_errno.value();
    bool held = metrics.held.value() != 0;
    json.boolean("paused", paused != 0 || held).boolean("held", held);
    if (paused != 0) json.text("why", flow::Store::words_for(static_cast<int>(paused)));
    else if (held) json.text("why", "by hand");
    json.text("folder", parts_.folder).number("bytes", metrics.store_bytes.value()).number("keep", recorder->keep());
    json.number("flows", metrics.flows.value()).number("open", metrics.open_flows.value());
    json.number("lost_events", metrics.lost_events.value()).number("incomplete", metrics.incomplete.value());
  } else {
    json.text("why", parts_.why_not);
  }
  json.end_object().end_object();
  return answer;
}

Answer Api::flows(const Asked& asked) {
  auto wanted = filter_of(asked.target.text("filter"));
  if (!wanted) return std::move(wanted.error());
  flow::Rows::Question question{
      .skip = asked.target.number("skip").value_or(0),
      .most = std::clamp<std::size_t>(asked.target.number("limit").value_or(kRows), 1, kRowsMax),
      .count = true};
  if (auto before = asked.target.get("before")) {
    auto id = flow::FlowId::parse(*before);
    if (!id) return problem(400, "bad_id", "before is no flow's id");
    question.before = *id;
  }
  if (auto below = asked.target.number("below")) question.below = *below;
  std::size_t unsure = 0;
  if (!wanted->text().empty()) {
    question.wanted = [&](const flow::Row& row) {
      match::Truth truth = wanted->test(flow::RowSubject(row, parts_.marks.facts(row.flow)));
      unsure += truth == match::Truth::unknown && !row.open;
      return truth == match::Truth::yes;
    };
  }
  flow::Rows::Page page;
  if (parts_.recorder) {
    parts_.recorder->catch_up(kPatience);
    page = parts_.recorder->rows().page(question);
  }
  Answer answer = json_answer({});
  Json json(answer.body);
  json.object().key("rows").array();
  for (const flow::Row& row : page.rows) flow::append_row(json, row, parts_.marks.find(row.flow));
  json.end_array().boolean("more", page.more).number("seq", page.seq).number("total", page.total);
  json.number("first", page.first).number("next", page.next).number("unsure", unsure).end_object();
  return answer;
}

std::optional<flow::Flow> Api::find(std::string_view text, flow::SegmentFolder& folder) const {
  auto id = flow::FlowId::parse(text);
  if (!id || !parts_.recorder) return std::nullopt;
  if (auto row = parts_.recorder->rows().find(*id)) {
    parts_.recorder->wait_until_written(row->last, kPatience);
    auto found = flow::read_flow(folder, row->last);
    if (found && found->row.flow.value == id->value) return found;
    // Its copy may stand where its row does not know of it; or be gone, and what it was copied from not.
    const flow::Mark* mark = parts_.marks.find(*id);
    bool unpinned = (row->last.sequence() & flow::Store::kCopies) != 0;
    if (!unpinned && !(mark && mark->pinned)) return std::nullopt;
  }
  auto last = flow::find_flow(parts_.folder, *id, kUnindexedMax);
  return last ? flow::read_flow(folder, *last) : std::nullopt;
}

Answer Api::flow(const Asked& asked) {
  flow::SegmentFolder folder(parts_.folder);
  auto found = find(asked.id, folder);
  if (!found) return not_found();
  Answer answer = json_answer({});
  Json json(answer.body);
  flow::append_flow(json, *found, parts_.marks.find(found->row.flow));
  return answer;
}

Answer Api::explain(const Asked& asked) {
  flow::SegmentFolder folder(parts_.folder);
  auto found = find(asked.id, folder);
  if (!found) return not_found();
  Answer answer = json_answer({});
  Json json(answer.body);
  flow::append_explanation(json, *found, flow::count_messages(folder, *found));
  return answer;
}

Answer Api::body(const Asked& asked, flow::Direction direction) {
  flow::SegmentFolder folder(parts_.folder);
  auto found = find(asked.id, folder);
  if (!found) return not_found();
  return content_answer(asked.request, *found, direction, std::move(folder), asked.target.flag("decoded"));
}

Answer Api::snippet(const Asked& asked) {
  auto kind = flow::snippet_kind_of(asked.target.text("as"));
  if (!kind) return problem(400, "bad_kind", "as is one of curl, fetch, python, raw");
  flow::SegmentFolder folder(parts_.folder);
  auto found = find(asked.id, folder);
  if (!found) return not_found();
  auto text = flow::snippet(folder, *found, *kind, asked.target.flag("secrets"));
  if (!text) return problem(404, "no_request", "there is no request in it that could be sent again");
  return {.body = std::move(*text)};
}

Answer Api::messages(const Asked& asked) {
  constexpr std::size_t kMost = 1000;
  flow::SegmentFolder folder(parts_.folder);
  auto found = find(asked.id, folder);
  if (!found) return not_found();
  auto after = asked.target.number("after");
  flow::MessagePage page = flow::messages_of(folder, *found, after ? *after + 1 : 0, kMost);
  Answer answer = json_answer({});
  Json json(answer.body);
  json.object().text("kind", page.kind).key("messages").array();
  for (const flow::Message& message : page.messages) flow::append_message(json, message);
  json.end_array().boolean("more", page.more).end_object();
  return answer;
}

// What was said of a flow that is gone can be taken back.
Answer Api::mark_of_gone(const Asked& asked) {
  auto id = flow::FlowId::parse(asked.id);
  const flow::Mark* known = id ? parts_.marks.find(*id) : nullptr;
  auto mark = known ? known->patched(asked.content) : std::nullopt;
  if (!mark || !mark->empty()) return not_found();
  auto done = parts_.marks.set(*id, {}, {});
  if (done && parts_.recorder) parts_.recorder->touch(*id);
  return done ? Answer{.status = 204} : problem(507, "not_kept", done.error().detail);
}

// Only what is named changes: two pages, or a page and a script, mark the same flow and neither undoes the other's.
Answer Api::mark(const Asked& asked) {
  flow::SegmentFolder folder(parts_.folder);
  auto found = find(asked.id, folder);
  if (!found) return mark_of_gone(asked);
  const flow::Mark* known = parts_.marks.find(found->row.flow);
  auto mark = (known ? *known : flow::Mark()).patched(asked.content);
  if (!mark)
    return problem(400, "bad_mark",
                   "a mark is {\"pinned\", \"colour\", \"note\", \"tags\"}: docs/user/api.md has the limits");
  if (mark->pinned && !found->ended) return problem(409, "still_open", "pin it when it has ended");
  auto done = parts_.marks.set(found->row.flow, std::move(*mark), found->row.last);
  if (!done) return problem(done.error().os_errno == ENOENT ? 404 : 507, "not_kept", done.error().detail);
  parts_.recorder->touch(found->row.flow);
  return {.status = 204};
}

Answer Api::clear(const Asked&) {
  constexpr Duration kClearing = std::chrono::milliseconds(500);
  if (!parts_.recorder) return problem(409, "not_recording", parts_.why_not);
  std::size_t removed = parts_.recorder->rows().size();
  std::unordered_set<std::uint64_t> open;
  parts_.recorder->rows().page({.most = 0, .wanted = [&](const flow::Row& row) {
                                  if (row.open) open.insert(row.flow.value);
                                  return false;
                                }});
  bool done = parts_.recorder->clear(kClearing);
  auto forgotten = parts_.marks.forget([&](flow::FlowId flow) { return open.contains(flow.value); });
  if (!forgotten) return problem(507, "not_kept", forgotten.error().detail);
  removed -= done ? std::min(removed, parts_.recorder->rows().size()) : 0;
  Answer answer = json_answer({});
  Json(answer.body).object().number("removed", removed).end_object();
  return answer;
}

Answer Api::hold(const Asked& asked) {
  if (!parts_.recorder) return problem(409, "not_recording", parts_.why_not);
  auto json = flow::parse_bounded(asked.content, 16);
  if (!json.is_object() || json.size() != 1 || !json.contains("held") || !json["held"].is_boolean())
    return problem(400, "bad_capture", "send {\"held\": true} or {\"held\": false}");
  parts_.recorder->hold(json["held"].get<bool>());
  return {.status = 204};
}

// In the order in which they began. A row decides where it can; where it cannot, its flow does when its turn comes.
Answer Api::export_har(const Asked& asked) {
  auto wanted = filter_of(asked.target.text("filter"));
  if (!wanted) return std::move(wanted.error());
  std::vector<std::pair<WallTime, flow::Position>> ended;
  if (parts_.recorder) {
    parts_.recorder->catch_up(kPatience);
    flow::Position newest;
    parts_.recorder->rows().page({.wanted = [&](const flow::Row& row) {
      match::Truth truth = wanted->test(flow::RowSubject(row, parts_.marks.facts(row.flow)));
      if (row.open || !row.last || truth == match::Truth::no) return false;
      ended.emplace_back(row.begun, row.last);
      if ((row.last.sequence() & flow::Store::kCopies) == 0) newest.value = std::max(newest.value, row.last.value);
      return false;
    }});
    if (newest) parts_.recorder->wait_until_written(newest, kPatience);
  }
  std::sort(ended.begin(), ended.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.value < b.second.value;
  });
  std::vector<flow::Position> flows;
  flows.reserve(ended.size());
  for (const auto& [begun, last] : ended) flows.push_back(last);
  Answer answer = json_answer({});
  answer.fields.emplace_back("Content-Disposition", "attachment; filename=\"porthole.har\"");
  answer.feed =
      har_export(parts_.folder, std::move(flows), std::move(*wanted), parts_.marks, asked.target.flag("secrets"));
  return answer;
}

std::optional<Answer> Api::not_recording() const {
  if (!parts_.recorder) return problem(409, "not_recording", parts_.why_not);
  std::int64_t paused = parts_.recorder->metrics().paused_errno.value();
  if (paused == 0) return std::nullopt;
  return problem(409, "not_recording",
                 fmt::format("recording is paused: {}", flow::Store::words_for(static_cast<int>(paused))));
}

Answer Api::import_har(const Asked& asked) {
  if (auto refused = not_recording()) return std::move(*refused);
  Answer answer = json_answer({});
  answer.feed = har_import(asked.content, *parts_.recorder, parts_.random);
  return answer;
}

Answer Api::stream(const Asked& asked) {
  auto wanted = filter_of(asked.target.text("filter"));
  if (!wanted) return std::move(wanted.error());
  const http::Field* last = asked.request.fields.find("Last-Event-ID");
  Answer answer{.content_type = "text/event-stream"};
  answer.feed = live_.listen(last ? last->value : std::string_view(), std::move(*wanted));
  return answer;
}

Answer Api::search(const Asked& asked) {
  auto wanted = filter_of(asked.target.text("filter"));
  if (!wanted) return std::move(wanted.error());
  if (parts_.recorder) {
    parts_.recorder->catch_up(kPatience);
    auto newest = parts_.recorder->rows().newest(1);
    if (!newest.empty()) parts_.recorder->wait_until_written(newest[0].last, kPatience);
  }
  Answer answer{.content_type = "text/event-stream"};
  answer.feed = search_feed(flow::Search(parts_.folder, std::move(*wanted), parts_.marks), parts_.marks);
  return answer;
}

// The answer to what is sent is read where all flows are: nothing recorded, nothing sent.
Answer Api::replay(const Asked& asked) {
  if (auto refused = not_recording()) return std::move(*refused);
  if (!parts_.replay) return problem(409, "not_recording", parts_.why_not);
  return replay_answer(*parts_.replay, *parts_.recorder, asked.content);
}

Answer Api::complete(const Asked& asked) {
  match::Completion completion = match::complete(asked.target.text("text"));
  Answer answer = json_answer({});
  Json json(answer.body);
  json.object().number("offset", completion.offset).key("offers").array();
  for (const match::Offer& offer : completion.offers)
    json.object().octets("text", offer.text).text("meaning", offer.meaning).end_object();
  json.end_array().end_object();
  return answer;
}

Answer Api::filter(const Asked& asked) {
  auto parsed = filter_of(asked.target.text("text"));
  if (!parsed) return std::move(parsed.error());
  Answer answer = json_answer({});
  Json(answer.body).object().octets("text", parsed->text()).end_object();
  return answer;
}

Answer Api::guide(const Asked& asked) {
  auto word = asked.target.get("word");
  Answer answer = json_answer("[");
  for (const http::GuideEntry& entry : http::guide()) {
    if (word && !ascii::equal_nocase(entry.name, *word)) continue;
    if (answer.body.size() > 1) answer.body += ',';
    answer.body += http::guide_json(entry);
  }
  answer.body += ']';
  return answer;
}

}  // namespace porthole::admin
