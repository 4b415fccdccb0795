// History: the flows of a folder that have ended, newest first. A segment that has an index is not read; of one that has none,
// as the newest, a row for each flow is kept while its turn lasts. Another process may be recording there. Copies of pinned
// flows come last, those whose records are in a segment still not again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flow/index_file.h"

namespace porthole::flow {

class History {
 public:
  static constexpr ByteCount kStepBytes = 512_KiB;  // read from the disk in one step, at most

  explicit History(std::string folder);

  enum class Step { row, more, done };
  // One step: `row` is the next older one, and its texts live until the next call; or the disk was read, and nothing is told yet.
  Step step(Row& row);
  // The next older one, however many steps that takes; nothing when there is none. Its texts are its own.
  std::optional<Row> next();
  // How many flows there are in all, as the segments that were opened let one expect.
  std::size_t expected() const;

 private:
  void open_segment();
  void read_segment();
  void load_block();

  std::string folder_;
  std::vector<std::string> paths_;        // still to be opened, oldest first
  std::optional<SegmentReader> segment_;  // being read for want of an index
  RowGatherer gatherer_;                  // of it
  std::optional<IndexFile> index_;        // or this
  std::vector<RowBlock> read_;            // of the segment that was read, oldest first
  std::size_t blocks_left_ = 0;           // of either
  std::uint32_t sequence_ = 0;            // of that segment
  RowBlock block_;
  std::size_t rows_left_ = 0;            // in it
  std::map<std::uint64_t, Row> copies_;  // of pinned flows that were not met yet
  Row copy_;                             // the one that was given last
  std::size_t segments_ = 0;             // in all
  std::size_t known_ = 0;                // of them, those whose rows were counted
  std::size_t found_ = 0;                // rows in these
};

// The last record of a flow that has ended; nothing when there is none. Straight from the indexes; segments that have none are
// read when it is in no other, newest first, until `unindexed_max` bytes were.
std::optional<Position> find_flow(const std::string& folder, FlowId flow, ByteCount unindexed_max = ~ByteCount{0});

}  // namespace porthole::flow
