// See flow_subject.h.
#include "flow/flow_subject.h"

#include <algorithm>

#include "base/ascii.h"
#include "flow/first_line.h"
#include "flow/websocket.h"

namespace porthole::flow {

using match::Flag;
using match::Key;
using match::Truth;

Truth FlowSubject::fields(Direction direction, std::string_view name, const match::Probe& probe) const {
  const auto& head = flow_.head_of(direction);
  bool found = false;
  auto look = [&](std::string_view field, std::string_view value) {
    found = (name.empty() || ascii::equal_nocase(field, name)) && probe(value);
    return !found;
  };
  if (head) each_field(head->text, true, look);
  if (!found) each_field(flow_.trailers[static_cast<std::size_t>(direction)], false, look);
  if (found) return Truth::yes;
  return flow_.ended || head ? Truth::no : Truth::unknown;
}

Truth FlowSubject::content(Direction direction, const match::Probe& probe) const {
  auto& decoded = decoded_[static_cast<std::size_t>(direction)];
  if (!decoded) {
    decoded = is_websocket(flow_) ? websocket_text(folder_, flow_, direction)
                                  : decoded_content(folder_, flow_, direction, kContentMax).text;
  }
  if (probe(*decoded)) return Truth::yes;
  return flow_.ended ? Truth::no : Truth::unknown;
}

Truth FlowSubject::any(Key key, std::string_view name, const match::Probe& probe) const {
  switch (key) {
    case Key::request_header: return fields(Direction::request, name, probe);
    case Key::response_header: return fields(Direction::response, name, probe);
    case Key::header:
      return match::either(fields(Direction::request, name, probe), fields(Direction::response, name, probe));
    case Key::request_body: return content(Direction::request, probe);
    case Key::response_body: return content(Direction::response, probe);
    case Key::body: return match::either(content(Direction::request, probe), content(Direction::response, probe));
    default: return RowSubject::any(key, name, probe);
  }
}

Truth FlowSubject::flag(Flag flag) const {
  switch (flag) {
    case Flag::ws: return match::truth_of(is_websocket(flow_));
    case Flag::retried: {
      bool again = std::ranges::any_of(flow_.notes, [](const RecordedNote& note) { return note.what == "retry"; });
      return again ? Truth::yes : flow_.ended ? Truth::no : Truth::unknown;
    }
    default: return RowSubject::flag(flag);
  }
}

}  // namespace porthole::flow
