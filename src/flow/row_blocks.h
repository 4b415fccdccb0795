// Row blocks: the ends of many flows, one behind the other in the order of their end, as an index keeps them (index_file.h) and
// as history reads a segment that has none. RowGatherer makes them of a segment's records: always the same of the same segment,
// whoever asks, so that one may go on where another stopped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flow/rows.h"

namespace porthole::flow {

// Before each row's payload, which is that of its `end` record, filled with zeros up to a multiple of 8.
struct RowHeader {
  std::uint64_t flow = 0;
  std::uint32_t offset = 0;   // of the record in its segment
  std::uint32_t payload = 0;  // bytes
  std::uint16_t flags = 0;
  std::uint16_t zero[3] = {};
};
static_assert(sizeof(RowHeader) == 24);

class RowBlock {
 public:
  RowBlock() = default;
  // Of octets that anybody may have written: what does not fit is left out.
  explicit RowBlock(std::vector<char> bytes);

  void add(const RowHeader& header, std::string_view payload);
  std::size_t size() const { return starts_.size(); }
  RowHeader header(std::size_t i) const;
  // False when it is none. The row's texts are the block's.
  bool read(std::size_t i, std::uint32_t sequence, Row& row) const;
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::vector<char> bytes_;
  std::vector<std::uint32_t> starts_;
};

class RowGatherer {
 public:
  static constexpr std::size_t kBlockBytes = 256 << 10;  // a block that has so many is full
  // The recorder empties one worker's ring after the other, so of flows that ended within milliseconds a later one may lie
  // before. So many wait until they are put in order and the earlier half of them goes on.
  static constexpr std::size_t kWaitingMax = 16'384;
  static constexpr std::size_t kWaitingBytes = 4 << 20;

  // Records other than `end` are passed over.
  void take(const Record& record);
  // There are no more.
  void finish();
  // The blocks that became full since this was called last, oldest first; after finish() all that is left.
  std::vector<RowBlock> blocks() { return std::exchange(full_, {}); }

 private:
  struct Waiting {
    WallTime end{};
    std::size_t at = 0;  // in bytes_
    RowHeader header;
  };
  void settle(std::size_t count);

  std::vector<Waiting> waiting_;
  std::vector<char> bytes_;  // payloads
  WallTime latest_{};
  RowBlock block_;
  std::vector<RowBlock> full_;
};

}  // namespace porthole::flow
