// See event_stream.h.
#include "app/event_stream.h"

#include <utility>

namespace porthole::app {

std::vector<StreamEvent> EventStream::feed(std::string_view bytes) {
  std::vector<StreamEvent> events;
  while (!bytes.empty() && !broken_) {
    // CR LF is one end of a line, also when a cut lies between.
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    std::size_t end = bytes.find_first_of("\r\n");
    line_ += bytes.substr(0, end);
    broken_ = line_.size() + event_.data.size() > kEventMax;
    if (end == std::string_view::npos) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    line(line_, events);
    line_.clear();
  }
  return events;
}

void EventStream::line(std::string_view text, std::vector<StreamEvent>& events) {
  if (text.empty()) {
    if (event_.name.empty()) event_.name = "message";
    if (has_data_) events.push_back(event_);
    event_.name.clear();
    event_.data.clear();
    has_data_ = false;
    return;
  }
  std::size_t colon = text.find(':');
  std::string_view name = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") event_.name = value;
  else if (name == "id") event_.id = value;
  else if (name == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  }
}

}  // namespace porthole::app
