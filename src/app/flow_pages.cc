// See flow_pages.h.
#include "app/flow_pages.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "app/har_file.h"
#include "app/row_line.h"
#include "base/random.h"
#include "flow/as_json.h"
#include "flow/explain.h"
#include "flow/first_line.h"
#include "flow/flow_subject.h"
#include "flow/history.h"
#include "flow/marks.h"
#include "flow/messages.h"
#include "flow/snippet.h"
#include "flow/story.h"
#include "match/expr.h"

namespace porthole::app {
namespace {

using flow::ExplainedLine;
using flow::Flow;
using flow::Row;

std::string json_line(const Row& row, const flow::Mark* mark) {
  std::string line;
  Json json(line);
  flow::append_row(json, row, mark);
  return line + "\n";
}

// Whether a flow is meant, read from the disk only when its row does not decide it.
bool fits(const match::Expr& expr, flow::SegmentFolder& folder, const flow::Marks& marks, const Row& row) {
  match::Truth truth = expr.test(flow::RowSubject(row, marks.facts(row.flow)));
  if (truth != match::Truth::unknown) return truth == match::Truth::yes;
  auto whole = flow::read_flow(folder, row.last);
  return whole && expr.matches(flow::FlowSubject(*whole, folder, marks.facts(row.flow)));
}

Answer not_there(const FlowQuestion& question) {
  return {kFailure, "", fmt::format("porthole: there is no flow {} in {}\n", question.id, question.folder)};
}

void add_head(std::string& out, std::string_view title, const std::optional<flow::RecordedHead>& head) {
  if (!head) return;
  out += fmt::format("\n{}\n", title);
  std::string_view rest = head->text;
  while (!rest.empty()) {
    std::string_view line = flow::take_line(rest);
    if (!line.empty()) out += fmt::format("  {}\n", safe(line));
  }
}

void add_lines(std::string& out, std::string_view title, const std::vector<ExplainedLine>& lines, bool colour) {
  if (lines.empty()) return;
  out += fmt::format("\n{}\n", title);
  auto put = [&](std::string_view mark, std::string_view on, const std::string& text) {
    out += fmt::format("{}  {} {}{}\n", colour ? on : "", mark, safe(text), colour && !on.empty() ? "\x1b[0m" : "");
  };
  for (const ExplainedLine& line : lines) {
    if (line.kind == ExplainedLine::Kind::same) {
      put(" ", "", line.received.empty() ? line.sent : line.received);
      continue;
    }
    if (!line.received.empty()) put("-", "\x1b[31m", line.received);
    if (!line.sent.empty()) put("+", "\x1b[32m", line.sent);
    for (http::ChangeKind kind : line.reasons) {
      const http::ChangeFacts& facts = http::facts_of(kind);
      out += fmt::format("      {}: {} ({})\n", facts.what, facts.why, facts.clause);
    }
  }
}

void add_messages(std::string& out, flow::SegmentFolder& folder, const Flow& flow) {
  constexpr std::size_t kMessages = 100, kText = 200;
  flow::MessagePage page = flow::messages_of(folder, flow, 0, kMessages);
  if (page.messages.empty()) return;
  out += "\nMessages: > to the server, < back\n";
  for (const flow::Message& one : page.messages) {
    out += one.direction == flow::Direction::request ? "  > " : "  < ";
    out += safe(one.kind);
    if (one.code) out += fmt::format(" {}", *one.code);
    if (one.kind != "unreadable") out += fmt::format(", {}", flow::size_words(one.size));
    if (!one.fault.empty()) out += fmt::format(" ({})", one.fault);
    if (!one.data.empty()) out += ": " + safe(std::string_view(one.data).substr(0, kText));
    out += one.data.size() > kText ? "...\n" : "\n";
  }
  if (page.more) out += "  ...\n";
}

}  // namespace

std::optional<Flow> find_flow(const FlowQuestion& question, Answer& refused) {
  auto id = flow::FlowId::parse(question.id);
  if (!id) {
    refused = {kUsage, "",
               fmt::format("porthole: \"{}\" is no flow's id: 13 digits and letters, as `porthole flows list` shows\n",
                           safe(question.id))};
    return std::nullopt;
  }
  if (auto last = flow::find_flow(question.folder, *id)) {
    flow::SegmentFolder folder(question.folder);
    if (auto found = flow::read_flow(folder, *last)) return found;
  }
  refused = not_there(question);
  return std::nullopt;
}

Answer flow_list(const FlowQuestion& question) {
  auto expr = match::Expr::parse(question.filter);
  if (!expr) return {kUsage, "", fmt::format("porthole: filter: {}\n", match::fault_text(expr.error()))};
  flow::History history(question.folder);
  flow::SegmentFolder folder(question.folder);
  SystemRandom random;
  flow::Marks marks(question.folder, random);  // read, and nothing set
  Answer answer;
  std::size_t lines = 0;
  while (lines < question.most.value_or(FlowQuestion::kLines)) {
    auto row = history.next();
    if (!row) break;
    if (!fits(*expr, folder, marks, *row)) continue;
    ++lines;
    answer.out += question.json ? json_line(*row, marks.find(row->flow)) : row_line(*row, {.colour = question.colour});
  }
  if (lines > 0) return answer;
  return {kFailure, "",
          fmt::format("porthole: no flow {}in {}\n", question.filter.empty() ? "" : "that fits ", question.folder)};
}

Answer flow_show(const FlowQuestion& question) {
  Answer answer;
  auto found = find_flow(question, answer);
  if (!found) return answer;
  flow::SegmentFolder folder(question.folder);
  if (auto kind = flow::snippet_kind_of(question.snippet)) {
    auto text = flow::snippet(folder, *found, *kind, question.with_secrets);
    if (text) return {kOk, std::move(*text), ""};
    return {kFailure, "", "porthole: there is no request in it that could be sent again\n"};
  }
  std::string& out = answer.out;
  out = row_line(found->row, {.colour = question.colour});
  add_head(out, "Request, as received", found->request_received);
  add_head(out, "Request, as sent", found->request_sent);
  for (const auto& interim : found->interim_received) add_head(out, "Interim response, as received", interim);
  add_head(out, "Response, as received", found->response_received);
  add_head(out, "Response, as sent", found->response_sent);
  const std::string_view sides[2] = {"Request", "Response"};
  for (std::size_t i = 0; i < 2; ++i) {
    const flow::RecordedContent& content = found->content[i];
    if (content.size == 0) continue;
    out += fmt::format("\n{} content: {}, {} kept\n", sides[i], flow::size_words(content.size),
                       flow::size_words(content.kept));
  }
  add_messages(out, folder, *found);
  return answer;
}

Answer flow_explain(const FlowQuestion& question) {
  Answer answer;
  auto found = find_flow(question, answer);
  if (!found) return answer;
  flow::SegmentFolder folder(question.folder);
  flow::Explanation explanation = flow::explain(*found, flow::count_messages(folder, *found));
  answer.out = row_line(found->row, {.colour = question.colour});
  add_lines(answer.out, "Request: - as received, + as sent", explanation.request, question.colour);
  add_lines(answer.out, "Response: - as received, + as sent", explanation.response, question.colour);
  answer.out += "\n";
  for (const std::string& sentence : explanation.story) answer.out += safe(sentence) + "\n";
  return answer;
}

Answer flow_export(const FlowQuestion& question, std::FILE* file) {
  auto wanted = match::Expr::parse(question.filter);
  if (!wanted) return {kUsage, "", fmt::format("porthole: filter: {}\n", match::fault_text(wanted.error()))};
  HarFile written = write_har(file, question.folder, *wanted,
                              {.secrets = question.with_secrets, .most = question.most.value_or(SIZE_MAX)});
  Answer answer;
  for (const std::string& what : written.left_out()) answer.err += fmt::format("porthole: {}\n", what);
  if (std::fflush(file) != 0 || std::ferror(file) != 0)
    answer = {kFailure, "", fmt::format("porthole: the archive cannot be written: {}\n", std::strerror(errno))};
  return answer;
}

}  // namespace porthole::app
