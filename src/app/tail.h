// `porthole tail`: the flows of a proxy that runs, a line each as it ends. The stream of its API is followed (docs/user/api.md); a
// flow that is told again, because somebody pinned it, is shown once.
#pragma once

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>
#include <unordered_set>

#include <nlohmann/json_fwd.hpp>

#include "app/commands.h"
#include "app/event_stream.h"
#include "app/row_line.h"
#include "base/units.h"

namespace porthole::app {

// What is to be printed of each event. No I/O.
class Tail {
 public:
  // Flows that ended before `since` are not news.
  Tail(WallTime since, bool json, LineLook look) : since_(since), json_(json), look_(look) {}

  // Lines for standard output, none or many.
  std::string take(const StreamEvent& event);
  // The reader was too slow, and take() has met the event that says so: read the list again, and give it to catch_up().
  bool behind() const { return behind_; }
  // The rows of GET /api/flows, newest first.
  std::string catch_up(std::string_view page);
  void set_columns(std::size_t columns) { look_.columns = columns; }

 private:
  static constexpr std::size_t kRemembered = 65'536;  // as many rows as the proxy's own list has

  // The rows in those lists of an object, in the order in which they ended.
  std::string lines_of(std::string_view text, std::initializer_list<const char*> lists);
  std::string line_of(const nlohmann::ordered_json& row);

  WallTime since_;
  bool json_;
  LineLook look_;
  bool behind_ = false;
  std::unordered_set<std::uint64_t> shown_;
  std::deque<std::uint64_t> order_;  // of shown_, oldest first
};

// Prints until the proxy ends or nobody reads. kFailure when no proxy runs, it records nothing, or it ended; kUsage for a
// filter that is wrong or asks for what a row does not know.
int run_tail(const CommandLine& line, const Surroundings& surroundings);

}  // namespace porthole::app
