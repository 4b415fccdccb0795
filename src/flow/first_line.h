// What a list shows of a flow before it has ended, read from its recorded heads. Forgiving: recorded heads may be of messages
// that were refused.
#pragma once

#include <cstdint>
#include <string_view>

namespace porthole::flow {

struct RequestSummary {
  std::string_view method, target;
  std::string_view
      host;  // host, with a port when one is written: of an absolute or authority-form target, else of Host
};
RequestSummary request_summary(std::string_view head);

struct ResponseSummary {
  std::uint16_t status = 0;  // 0: there is none
  std::string_view content_type;
};
ResponseSummary response_summary(std::string_view head);

// The value of the first field of that name in a head or in field lines, without blanks around it; null data() when there
// is none. Case does not count.
std::string_view field_in(std::string_view head, std::string_view name);

// Calls `each(name, value)` for each field line of a head, the first line left out; of trailers with `first_line` false.
template <class Each>
void each_field(std::string_view head, bool first_line, Each&& each);

// The next line of `text`, without its end; `text` shrinks to what follows. LF alone ends a line, too.
std::string_view take_line(std::string_view& text);

// The authority of an absolute-form target, or the target itself when it is in authority-form ("h:443"); else empty.
std::string_view authority_of(std::string_view target);

template <class Each>
void each_field(std::string_view head, bool first_line, Each&& each) {
  if (first_line) take_line(head);
  while (!head.empty()) {
    std::string_view line = take_line(head);
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.empty() || line[0] == ' ' || line[0] == '\t') continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    each(line.substr(0, colon), value);
  }
}

}  // namespace porthole::flow
