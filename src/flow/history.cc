// See history.h.
#include "flow/history.h"

#include "flow/marks.h"
#include "flow/segment_folder.h"
#include "flow/store.h"

namespace porthole::flow {

History::History(std::string folder) : paths_(Store::paths_in(folder)), segments_(paths_.size()) {
  SegmentFolder copies(folder);
  for (Position last : pinned_in(folder)) {
    auto record = copies.at(last);
    Row row;
    if (!record || !row.read(*record)) continue;
    row.keep();
    copies_.insert_or_assign(row.flow.value, std::move(row));
  }
}

void History::read_segment() {
  auto reader = SegmentReader::open(paths_.back());
  paths_.pop_back();
  if (!reader) return;  // evicted meanwhile
  while (auto record = reader->next()) {
    Row row;
    if (!row.read(*record)) continue;
    row.keep();
    rows_.push_back(std::move(row));
  }
  found_ += rows_.size();
}

std::optional<Row> History::next() {
  while (rows_.empty() && !paths_.empty()) read_segment();
  Row row;
  if (!rows_.empty()) {
    row = std::move(rows_.back());
    rows_.pop_back();
    copies_.erase(row.flow.value);
  } else if (!copies_.empty()) {
    row = std::move(copies_.rbegin()->second);
    copies_.erase(std::prev(copies_.end()));
  } else {
    return std::nullopt;
  }
  return row;
}

std::size_t History::expected() const {
  std::size_t read = segments_ - paths_.size();
  return read == 0 ? 0 : found_ * segments_ / read + copies_.size();
}

}  // namespace porthole::flow
