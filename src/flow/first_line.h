// What a list shows of a flow before it has ended, read from its recorded heads. Forgiving: recorded heads may be of messages
// that were refused. A head of HTTP/2 is its list of fields, the pseudo-fields first: ":method: GET" and so on, each a line.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ascii.h"

namespace porthole::flow {

struct RequestSummary {
  std::string_view method, target;
  std::string_view
      host;  // with a port when one is written: of the target, not of Host; empty in origin-form, as in Outcome
};
RequestSummary request_summary(std::string_view head);

// Of what was refused as a request: the method or "-", and of the target what can be shown.
RequestSummary unparsed_summary(std::string_view raw);

struct ResponseSummary {
  std::uint16_t status = 0;  // 0: there is none
  std::string_view content_type;
};
ResponseSummary response_summary(std::string_view head);

// The value of the first field of that name in a head or in field lines, without blanks around it; null data() when there
// is none. Case does not count.
std::string_view field_in(std::string_view head, std::string_view name);

// Calls `each(name, value)`, no blanks around them, for each field line of a head, without the first line or pseudo-fields; of
// trailers with `first_line` false. Ends when it returns false.
template <class Each>
void each_field(std::string_view head, bool first_line, Each&& each);

// The next line of `text`, without its end; `text` shrinks to what follows. LF alone ends a line, too.
std::string_view take_line(std::string_view& text);

template <class Each>
void each_field(std::string_view head, bool first_line, Each&& each) {
  if (first_line && !head.starts_with(':')) take_line(head);
  while (!head.empty()) {
    std::string_view line = take_line(head);
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line[0] == ' ' || line[0] == '\t') continue;
    if (!each(ascii::trim(line.substr(0, colon)), ascii::trim(line.substr(colon + 1)))) return;
  }
}

}  // namespace porthole::flow
