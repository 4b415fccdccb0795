// Indexer: gives each finished segment of a store its index, in steps that hold nobody up, the newest first. One that is there
// from an earlier run is read once as a whole, and made anew when it is broken.
#pragma once

#include <optional>

#include "flow/index_file.h"
#include "flow/store.h"

namespace porthole::flow {

class Indexer {
 public:
  static constexpr ByteCount kStepBytes = 256_KiB;              // of a segment, in one step
  static constexpr Duration kRetry = std::chrono::seconds(10);  // when the disk did not take it

  // By the thread that writes to the store, which is the same each time. Does nothing when no segment wants an index.
  void step(Store& store, Instant now);
  // Forgets what it was at: before the store is cleared.
  void stop();

 private:
  void begin(Store& store, std::uint32_t sequence, Instant now);
  void check(Store& store, Instant now);
  void build(Store& store, Instant now);
  bool write(Store& store, bool last);
  void give_up(Store& store, Instant again);

  std::uint32_t sequence_ = 0;
  std::optional<SegmentReader> segment_;
  std::optional<IndexFile> old_;  // being read
  std::size_t checked_ = 0;       // its blocks
  std::optional<IndexWriter> made_;
  RowGatherer rows_;
};

}  // namespace porthole::flow
