// History: the flows of a folder that have ended, newest first, read from the segments themselves: no index is needed, and
// another process may be recording there. Reads one segment at a time: up to 64 MiB from the disk, and a row for each flow.
#pragma once

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
  bool empty() const { return paths_.empty() && rows_.empty(); }

 private:
  bool read_segment();
  std::vector<std::string> paths_;  // still to be read, oldest first
  std::vector<Row> rows_;           // of the segment that was read last, oldest first
};

}  // namespace porthole::flow
