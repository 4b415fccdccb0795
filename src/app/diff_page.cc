// See diff_page.h.
#include "app/diff_page.h"

#include <fmt/format.h>

#include "app/row_line.h"
#include "base/json.h"
#include "flow/as_json.h"
#include "flow/flow_diff.h"
#include "flow/story.h"

namespace porthole::app {
namespace {

using flow::ContentDiff;
using flow::DiffLine;
using flow::Direction;
using flow::Edit;

const flow::RecordedHead* received(const flow::Flow& flow, Direction direction) {
  const auto& head = direction == Direction::request ? flow.request_received : flow.head_of(direction);
  return head ? &*head : nullptr;
}

class Page {
 public:
  explicit Page(bool colour) : colour_(colour) {}

  void rows(const flow::Flow& a, const flow::Flow& b) {
    put("--- ", kRed, row(a));
    put("+++ ", kGreen, row(b));
  }
  void head(std::string_view title, const std::vector<DiffLine>& lines) {
    if (!lines.empty()) out_ += fmt::format("\n{}\n", title);
    for (const DiffLine& line : lines) {
      if (line.kind == DiffLine::Kind::same) {
        put("    ", "", safe(line.a));
        continue;
      }
      if (!line.a.empty()) put("  - ", kRed, safe(line.a));
      if (!line.b.empty()) put("  + ", kGreen, safe(line.b));
    }
  }
  void content(std::string_view title, const ContentDiff& diff) {
    if (diff.a.size == 0 && diff.b.size == 0) return;
    out_ += fmt::format("\n{}", title);
    if (diff.same) {
      out_ += fmt::format(": the same, {}{}\n", flow::size_words(diff.a.text.size()),
                          diff.a.whole ? "" : ", as far as it was kept");
      return;
    }
    out_ += "\n";
    if (!diff.text || diff.hunks.empty()) {
      put("  - ", kRed, facts(diff.a));
      put("  + ", kGreen, facts(diff.b));
      return;
    }
    for (const flow::Hunk& hunk : diff.hunks) lines(diff, hunk);
    if (diff.more) out_ += "  What is beyond the first 1 MiB was not compared line by line.\n";
  }
  std::string text() { return std::move(out_); }

 private:
  static constexpr std::string_view kRed = "\x1b[31m", kGreen = "\x1b[32m";

  static std::string row(const flow::Flow& flow) {
    std::string line = row_line(flow.row, {});
    line.pop_back();  // its line feed
    return line;
  }
  static std::string facts(const ContentDiff::Side& side) {
    if (side.size > 0 && side.kept == 0) return fmt::format("{}, not kept", flow::size_words(side.size));
    return fmt::format("{}, sha256 {}{}{}", flow::size_words(side.text.size()), side.digest,
                       side.whole ? "" : " of what was kept", side.coded ? ", its coding in place: it is broken" : "");
  }
  void put(std::string_view mark, std::string_view on, std::string_view text) {
    bool coloured = colour_ && !on.empty();
    out_ += fmt::format("{}{}{}{}\n", coloured ? on : "", mark, text, coloured ? "\x1b[0m" : "");
  }
  void lines(const ContentDiff& diff, const flow::Hunk& hunk) {
    out_ += fmt::format("  @@ -{},{} +{},{} @@\n", hunk.a_first, hunk.a_lines, hunk.b_first, hunk.b_lines);
    for (const Edit& edit : hunk.edits) {
      bool added = edit.kind == Edit::Kind::added, removed = edit.kind == Edit::Kind::removed;
      std::string_view line = added ? diff.b_lines[edit.b] : diff.a_lines[edit.a];
      bool ended = line.ends_with('\n');
      if (ended) line.remove_suffix(1);
      put(added ? "  +" : removed ? "  -" : "   ", added ? kGreen : removed ? kRed : "", safe(line));
      if (!ended) out_ += "  \\ No newline at end\n";
    }
  }

  std::string out_;
  bool colour_;
};

void append_head(Json& json, const std::vector<DiffLine>& lines) {
  json.key("lines").array();
  for (const DiffLine& line : lines) {
    json.object().text("kind", flow::kind_text(line.kind));
    if (line.kind != DiffLine::Kind::added) json.octets("a", line.a);
    if (line.kind != DiffLine::Kind::removed) json.octets("b", line.b);
    json.end_object();
  }
  json.end_array();
}

void append_content(Json& json, const ContentDiff& diff) {
  json.key("content").object().boolean("same", diff.same);
  for (const auto& [name, side] : {std::pair{"a", &diff.a}, std::pair{"b", &diff.b}}) {
    json.key(name).object().number("size", side->size).number("decoded", side->text.size());
    json.number("kept", side->kept).boolean("coded", side->coded);
    json.boolean("whole", side->whole).text("sha256", side->digest).end_object();
  }
  if (diff.text) {
    json.key("hunks").array();
    for (const flow::Hunk& hunk : diff.hunks) {
      json.object().number("a", hunk.a_first).number("a_lines", hunk.a_lines);
      json.number("b", hunk.b_first).number("b_lines", hunk.b_lines).key("lines").array();
      for (const Edit& edit : hunk.edits) {
        constexpr std::string_view kMarks = " -+";
        std::string line(1, kMarks[static_cast<std::size_t>(edit.kind)]);
        line += edit.kind == Edit::Kind::added ? diff.b_lines[edit.b] : diff.a_lines[edit.a];
        json.text(line);  // is_plain_text() said so
      }
      json.end_array().end_object();
    }
    json.end_array().boolean("more", diff.more);
  }
  json.end_object();
}

}  // namespace

Answer flow_diff(const FlowQuestion& question, const std::string& other) {
  Answer answer;
  FlowQuestion second = question;
  second.id = other;
  auto a = find_flow(question, answer);
  auto b = a ? find_flow(second, answer) : std::nullopt;
  if (!b) return answer;
  flow::SegmentFolder folder(question.folder);
  Page page(question.colour);
  page.rows(*a, *b);
  Json json(answer.out);
  if (question.json) {
    json.object().key("a");
    flow::append_row(json, a->row);
    json.key("b");
    flow::append_row(json, b->row);
  }
  for (Direction direction : {Direction::request, Direction::response}) {
    bool request = direction == Direction::request;
    auto lines = flow::head_diff(received(*a, direction), received(*b, direction));
    ContentDiff content;
    flow::content_diff(content, folder, *a, *b, direction);
    page.head(request ? "Request, as received" : "Response, as received", lines);
    page.content(request ? "Request content" : "Response content", content);
    if (!question.json) continue;
    json.key(request ? "request" : "response").object();
    append_head(json, lines);
    append_content(json, content);
    json.end_object();
  }
  if (question.json) {
    json.end_object();
    answer.out += "\n";
  } else {
    answer.out = page.text();
  }
  return answer;
}

}  // namespace porthole::app
