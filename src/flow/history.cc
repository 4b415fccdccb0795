// See history.h.
#include "flow/history.h"

#include <algorithm>
#include <utility>

#include "flow/marks.h"
#include "flow/segment_folder.h"
#include "flow/store.h"

namespace porthole::flow {
namespace {

// By their end: the recorder empties one worker's ring after the other, so of flows that ended within milliseconds a later one
// may lie before. What was imported stays where it lies.
void put_in_order(std::vector<Row>& rows) {
  std::vector<std::pair<WallTime, Row>> ended;
  ended.reserve(rows.size());
  WallTime latest{};
  for (Row& row : rows) {
    if (!(row.flags & kImported)) {
      WallTime end = row.begun + row.took;
      latest = std::max(latest, end);
      ended.emplace_back(end, std::move(row));
    } else {
      ended.emplace_back(latest, std::move(row));
    }
  }
  std::sort(ended.begin(), ended.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.last.value) < std::pair(b.first, b.second.last.value);
  });
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = std::move(ended[i].second);
}

}  // namespace

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
  put_in_order(rows_);
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
