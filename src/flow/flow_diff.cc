// See flow_diff.h.
#include "flow/flow_diff.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/digest.h"
#include "base/text.h"
#include "flow/first_line.h"

namespace porthole::flow {
namespace {

struct Field {
  std::string_view line, name, value;
};

struct Head {
  std::string_view first;
  std::vector<Field> fields;
};

Head head_of(const RecordedHead* recorded) {
  Head head;
  if (!recorded) return head;
  std::string_view rest = recorded->text;
  head.first = take_line(rest);
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    if (line.empty()) continue;
    std::size_t colon = std::min(line.find(':'), line.size());
    head.fields.push_back(
        {line, ascii::trim(line.substr(0, colon)), ascii::trim(line.substr(std::min(colon + 1, line.size())))});
  }
  return head;
}

std::vector<Field> named(const Head& head, std::string_view name) {
  std::vector<Field> found;
  for (const Field& field : head.fields) {
    if (ascii::equal_nocase(field.name, name)) found.push_back(field);
  }
  return found;
}

// One name's: in a run of changes the first removed goes with the first added, and so on.
void compare(std::vector<DiffLine>& lines, const std::vector<Field>& a, const std::vector<Field>& b) {
  auto values = [](const std::vector<Field>& fields) {
    std::vector<std::string_view> all;
    for (const Field& field : fields) all.push_back(field.value);
    return all;
  };
  std::size_t waiting = 0;  // removed ones at the end of `lines` that have no partner yet
  for (const Edit& edit : edits_between(values(a), values(b))) {
    switch (edit.kind) {
      case Edit::Kind::same:
        lines.push_back({DiffLine::Kind::same, std::string(a[edit.a].line), std::string(b[edit.b].line)});
        waiting = 0;
        break;
      case Edit::Kind::removed:
        lines.push_back({DiffLine::Kind::removed, std::string(a[edit.a].line), ""});
        ++waiting;
        break;
      case Edit::Kind::added:
        if (waiting > 0) {
          DiffLine& line = lines[lines.size() - waiting--];
          line.kind = DiffLine::Kind::changed;
          line.b = b[edit.b].line;
        } else {
          lines.push_back({DiffLine::Kind::added, "", std::string(b[edit.b].line)});
        }
    }
  }
}

ContentDiff::Side side_of(SegmentFolder& folder, const Flow& flow, Direction direction) {
  DecodedContent decoded = decoded_content(folder, flow, direction, ContentDiff::kDigestMax);
  const RecordedContent& content = flow.content[static_cast<std::size_t>(direction)];
  ContentDiff::Side side{.size = content.size,
                         .kept = content.kept,
                         .text = std::move(decoded.text),
                         .whole = decoded.whole,
                         .digest = {}};
  // What cannot be decoded is compared as it passed.
  if (side.text.empty() && !decoded.fault.empty()) {
    read_content(folder, content, 0, ContentDiff::kDigestMax, side.text);
    side.coded = true;
    side.whole = side.text.size() == content.size;
  }
  side.digest = sha256_hex(side.text);
  return side;
}

// Its beginning, to the end of a line. Nothing of a line that is longer than all that is compared.
std::string_view beginning(std::string_view text) {
  if (text.size() <= ContentDiff::kTextMax) return text;
  return text.substr(0, text.substr(0, ContentDiff::kTextMax).rfind('\n') + 1);
}

}  // namespace

std::string_view kind_text(DiffLine::Kind kind) {
  constexpr std::string_view kTexts[] = {"same", "changed", "removed", "added"};
  return kTexts[static_cast<std::size_t>(kind)];
}

std::vector<DiffLine> head_diff(const RecordedHead* a, const RecordedHead* b) {
  Head head_a = head_of(a), head_b = head_of(b);
  std::vector<DiffLine> lines;
  if (!head_a.first.empty() || !head_b.first.empty()) {
    auto kind = DiffLine::Kind::changed;
    if (head_a.first == head_b.first) kind = DiffLine::Kind::same;
    else if (head_b.first.empty()) kind = DiffLine::Kind::removed;
    else if (head_a.first.empty()) kind = DiffLine::Kind::added;
    lines.push_back({kind, std::string(head_a.first), std::string(head_b.first)});
  }
  std::vector<std::string_view> done;
  for (const Head* head : {&head_a, &head_b}) {
    for (const Field& field : head->fields) {
      bool again = std::any_of(done.begin(), done.end(),
                               [&](std::string_view one) { return ascii::equal_nocase(one, field.name); });
      if (again) continue;
      done.push_back(field.name);
      compare(lines, named(head_a, field.name), named(head_b, field.name));
    }
  }
  return lines;
}

void content_diff(ContentDiff& diff, SegmentFolder& folder, const Flow& a, const Flow& b, Direction direction) {
  diff.a = side_of(folder, a, direction);
  diff.b = side_of(folder, b, direction);
  bool known = (diff.a.kept > 0 || diff.a.size == 0) && (diff.b.kept > 0 || diff.b.size == 0);
  diff.same = known && diff.a.text == diff.b.text && diff.a.whole == diff.b.whole && diff.a.coded == diff.b.coded;
  std::string_view text_a = beginning(diff.a.text), text_b = beginning(diff.b.text);
  bool nothing = (text_a.empty() && !diff.a.text.empty()) || (text_b.empty() && !diff.b.text.empty());
  diff.text = known && !nothing && is_plain_text(text_a) && is_plain_text(text_b);
  if (!diff.text) return;
  diff.more = text_a.size() < diff.a.text.size() || text_b.size() < diff.b.text.size();
  diff.a_lines = lines_of(text_a);
  diff.b_lines = lines_of(text_b);
  diff.hunks = hunks_of(edits_between(diff.a_lines, diff.b_lines));
}

}  // namespace porthole::flow
