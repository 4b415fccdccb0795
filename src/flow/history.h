// History: the flows of a folder that have ended, newest first, read from the segments themselves: no index is needed, and
// another process may be recording there. Reads one segment at a time: up to 64 MiB from the disk, and a row for each flow.
// Copies of pinned flows come last, those whose records are in a segment still not again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flow/rows.h"

namespace porthole::flow {

class History {
 public:
  explicit History(std::string folder);
  // The next older one; nothing when there is none. Its texts are its own.
  std::optional<Row> next();
  // How many flows there are in all, as the segments that were read let one expect.
  std::size_t expected() const;

 private:
  void read_segment();
  std::vector<std::string> paths_;       // still to be read, oldest first
  std::vector<Row> rows_;                // of the segment that was read last, oldest first
  std::map<std::uint64_t, Row> copies_;  // of pinned flows that were not met yet
  std::size_t segments_ = 0;             // in all
  std::size_t found_ = 0;                // rows in those that were read
};

}  // namespace porthole::flow
