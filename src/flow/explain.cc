// See explain.h. The lines of a head are few, so every search is a walk.
#include "flow/explain.h"

#include <algorithm>

#include "base/ascii.h"
#include "flow/first_line.h"
#include "flow/story.h"

namespace porthole::flow {
namespace {

struct Line {
  std::string_view text;
  bool used = false;
};

std::vector<Line> lines_of(const RecordedHead* head) {
  std::vector<Line> lines;
  if (!head) return lines;
  std::string_view rest = head->text;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    if (!line.empty()) lines.push_back({line});
  }
  return lines;
}

// A pseudo-field's is with its colon.
std::string_view name_of(std::string_view line) { return ascii::trim(line.substr(0, line.find(':', 1))); }

// Of the same field with the same value, whatever stands between them; names are the same in any case (RFC 9110 §5.1).
bool alike(std::string_view a, std::string_view b) {
  if (a == b) return true;
  std::size_t in_a = a.find(':'), in_b = b.find(':');
  if (in_a == std::string_view::npos || in_b == std::string_view::npos) return false;
  return ascii::equal_nocase(a.substr(0, in_a), b.substr(0, in_b)) &&
         ascii::trim(a.substr(in_a + 1)) == ascii::trim(b.substr(in_b + 1));
}

class Alignment {
 public:
  Alignment(const RecordedHead* received, const RecordedHead* sent)
      : received_(lines_of(received)), sent_(lines_of(sent)) {
    for (const RecordedHead* head : {received, sent}) {
      if (!head) continue;
      for (const RecordedChange& change : head->changes) changes_.push_back({&change});
    }
  }

  std::vector<ExplainedLine> run() {
    if (received_.empty() || sent_.empty()) return one_sided();
    first_lines();
    for (std::size_t i = 1; i < received_.size(); ++i) field(received_[i].text);
    for (std::size_t i = 1; i < sent_.size(); ++i) {
      if (sent_[i].used) continue;
      ExplainedLine line{.kind = ExplainedLine::Kind::added, .received = {}, .sent = std::string(sent_[i].text)};
      line.name = name_of(sent_[i].text);
      give_reasons(line, [&](const RecordedChange& change) { return alike(change.after, sent_[i].text); });
      explained_.push_back(std::move(line));
    }
    return std::move(explained_);
  }

 private:
  struct Reason {
    const RecordedChange* change;
    bool given = false;
  };

  std::vector<ExplainedLine> one_sided() {
    bool in = sent_.empty();
    for (const Line& line : in ? received_ : sent_) {
      bool first = &line == (in ? received_ : sent_).data();
      explained_.push_back({.received = in ? std::string(line.text) : std::string(),
                            .sent = in ? std::string() : std::string(line.text),
                            .name = first ? std::string() : std::string(name_of(line.text))});
    }
    return std::move(explained_);
  }

  template <class Fits>
  void give_reasons(ExplainedLine& line, Fits&& fits) {
    for (Reason& reason : changes_) {
      if (reason.given || !fits(*reason.change)) continue;
      reason.given = true;
      line.reasons.push_back(reason.change->kind);
    }
  }

  // What changed in a first line is a part of it: no field line is a part of one.
  void first_lines() {
    ExplainedLine line{.received = std::string(received_[0].text), .sent = std::string(sent_[0].text)};
    sent_[0].used = true;
    if (line.received == line.sent) say_how_it_ended(line);
    if (line.received != line.sent) {
      line.kind = ExplainedLine::Kind::changed;
      give_reasons(line, [&](const RecordedChange& change) {
        return !change.after.empty() && change.after.find(": ") == std::string::npos &&
               line.received.find(change.before) != std::string::npos &&
               line.sent.find(change.after) != std::string::npos;
      });
    }
    explained_.push_back(std::move(line));
  }

  // A line whose words stayed, and whose end did not.
  void say_how_it_ended(ExplainedLine& line) {
    give_reasons(line, [&](const RecordedChange& change) {
      return change.before == change.after && alike(change.before, line.received);
    });
    if (!line.reasons.empty()) line.kind = ExplainedLine::Kind::changed;
  }

  // A line that was folded was recorded with those that go on from it.
  static std::string_view first_of(std::string_view text) {
    std::string_view line = text.substr(0, text.find('\n'));
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }

  // What goes on from the line before it: joined to it, as the reason of that one says.
  bool fold(std::string_view text) {
    if (!text.starts_with(' ') && !text.starts_with('\t')) return false;
    ExplainedLine line{.kind = ExplainedLine::Kind::removed, .received = std::string(text), .sent = {}};
    if (!explained_.empty()) line.name = explained_.back().name;
    for (const Reason& reason : changes_) {
      if (reason.change->kind != http::ChangeKind::tolerated_obs_fold || !reason.change->before.contains(text))
        continue;
      line.reasons.push_back(reason.change->kind);
      break;
    }
    explained_.push_back(std::move(line));
    return true;
  }

  Line* unused(std::string_view text) {
    auto found = std::find_if(sent_.begin() + 1, sent_.end(),
                              [&](const Line& line) { return !line.used && alike(line.text, text); });
    return found == sent_.end() ? nullptr : &*found;
  }
  Line* unused_named(std::string_view name) {
    auto found = std::find_if(sent_.begin() + 1, sent_.end(), [&](const Line& line) {
      return !line.used && ascii::equal_nocase(name_of(line.text), name);
    });
    return found == sent_.end() ? nullptr : &*found;
  }

  void field(std::string_view text) {
    if (fold(text)) return;
    ExplainedLine line{.received = std::string(text), .name = std::string(name_of(text))};
    Line* partner = unused(text);
    if (!partner) {
      line.kind = ExplainedLine::Kind::removed;
      std::string_view after;
      give_reasons(line, [&](const RecordedChange& change) {
        if (!alike(first_of(change.before), text)) return false;
        if (!change.after.empty()) after = change.after;
        return true;
      });
      partner = after.empty() ? nullptr : unused(after);
      if (!partner && line.reasons.empty()) partner = unused_named(line.name);
      if (partner) line.kind = ExplainedLine::Kind::changed;
    }
    if (partner) {
      partner->used = true;
      line.sent = partner->text;
      if (line.kind == ExplainedLine::Kind::same) say_how_it_ended(line);
    }
    explained_.push_back(std::move(line));
  }

  std::vector<Line> received_, sent_;
  std::vector<Reason> changes_;
  std::vector<ExplainedLine> explained_;
};

const RecordedHead* of(const std::optional<RecordedHead>& head) { return head ? &*head : nullptr; }

}  // namespace

std::string_view kind_text(ExplainedLine::Kind kind) {
  constexpr std::string_view kTexts[] = {"same", "changed", "removed", "added"};
  return kTexts[static_cast<std::size_t>(kind)];
}

std::vector<ExplainedLine> align(const RecordedHead* received, const RecordedHead* sent) {
  return Alignment(received, sent).run();
}

Explanation explain(const Flow& flow, std::optional<MessageCount> passed) {
  return {.request = align(of(flow.request_received), of(flow.request_sent)),
          .response = align(of(flow.response_received), of(flow.response_sent)),
          .story = story_of(flow, passed)};
}

}  // namespace porthole::flow
