// Indexer: gives each finished segment of a store its index. The segment that is being written gets it while it is written, row
// by row. What an earlier run left without one, or with a broken one, is read, in steps that hold nobody up, the newest first.
#pragma once

#include <optional>

#include "flow/index_file.h"
#include "flow/store.h"

namespace porthole::flow {

class Indexer {
 public:
  static constexpr ByteCount kStepBytes = 256_KiB;              // of a segment, in one step
  static constexpr Duration kRetry = std::chrono::seconds(10);  // when the disk did not take it

  // By the thread that writes to the store, which is the same each time.
  // The store has just taken this `end` record. All of a segment are told, or none.
  void add(Store& store, const Record& end, Instant now);
  // Does nothing when no segment wants an index.
  void step(Store& store, Instant now);
  // Forgets what it was at: before the store is cleared.
  void stop();

 private:
  // An index while it is made.
  struct Making {
    std::uint32_t sequence = 0;
    IndexWriter file;
    RowGatherer rows = {};
    // What has gathered; `last`: all that is left. False when the disk or the ceiling does not take it.
    bool write(Store& store, bool last);
  };
  // Leaves `made` empty, and the store knows that it wants one later, when the disk does not take it.
  static void make(std::optional<Making>& made, Store& store, const SegmentHeader& segment, Instant now);
  void end_live(Store& store, Instant now);

  void begin(Store& store, std::uint32_t sequence, Instant now);
  void check(Store& store, Instant now);
  void build(Store& store, Instant now);
  void give_up(Store& store, Instant again);
  void leave();

  std::optional<Making> live_;    // of the segment that is being written, or was until now
  std::uint32_t live_began_ = 0;  // the last segment that had one begun
  std::uint32_t sequence_ = 0;    // of the segment that is read
  std::optional<SegmentReader> segment_;
  std::optional<IndexFile> old_;  // being checked
  std::size_t checked_ = 0;       // its blocks
  std::optional<Making> made_;
};

}  // namespace porthole::flow
