// See history.h.
#include "flow/history.h"

#include "flow/store.h"

namespace porthole::flow {

History::History(std::string folder) : paths_(Store::paths_in(folder)) {}

bool History::read_segment() {
  auto reader = SegmentReader::open(paths_.back());
  paths_.pop_back();
  if (!reader) return !paths_.empty();  // evicted meanwhile
  while (auto record = reader->next()) {
    Row row;
    if (!row.read(*record)) continue;
    row.keep();
    rows_.push_back(std::move(row));
  }
  return true;
}

std::optional<Row> History::next() {
  while (rows_.empty()) {
    if (paths_.empty() || !read_segment()) return std::nullopt;
  }
  Row row = std::move(rows_.back());
  rows_.pop_back();
  return row;
}

}  // namespace porthole::flow
