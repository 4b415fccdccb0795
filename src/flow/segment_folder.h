// SegmentFolder: records by their position, wherever in a folder of segments they lie.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "flow/segment.h"

namespace porthole::flow {

// The segments of one folder, open for reading as they are needed; sees what the recorder writes meanwhile. Holds evicted ones
// open, and their room on the disk with them: make one for each question, do not keep it.
class SegmentFolder {
 public:
  static constexpr std::size_t kOpenMax = 8;  // readers kept, each with a window of 1 MiB

  explicit SegmentFolder(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }
  // Nothing when it is gone, was replaced, or holds no right record there. The payload is valid until the next call.
  std::optional<Record> at(Position position);

 private:
  SegmentReader* reader(std::uint32_t sequence);
  std::string path_;
  std::map<std::uint32_t, SegmentReader> readers_;
};

}  // namespace porthole::flow
