// See segment_folder.h.
#include "flow/segment_folder.h"

#include "flow/store.h"

namespace porthole::flow {

SegmentReader* SegmentFolder::reader(std::uint32_t sequence) {
  auto found = readers_.find(sequence);
  if (found != readers_.end()) return &found->second;
  auto opened = SegmentReader::open(Store::path_in(path_, sequence));
  // A file is renamed before it gets the header of its new segment.
  if (!opened || opened->header().sequence != sequence) return nullptr;
  if (readers_.size() >= kOpenMax) readers_.erase(readers_.begin());  // the oldest, which goes first anyway
  return &readers_.emplace(sequence, std::move(*opened)).first->second;
}

std::optional<Record> SegmentFolder::at(Position position) {
  if (!position) return std::nullopt;
  SegmentReader* segment = reader(position.sequence());
  if (!segment) return std::nullopt;
  auto record = segment->at(position.offset());
  if (record) return record;
  // What was read may be older than what lies there now, or the file has become another segment.
  readers_.erase(position.sequence());
  segment = reader(position.sequence());
  return segment ? segment->at(position.offset()) : std::nullopt;
}

}  // namespace porthole::flow
