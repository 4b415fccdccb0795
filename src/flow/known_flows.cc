// See known_flows.h. A flow is written when it ends, so a long one stands far behind those that began when it did: to read each
// where it lies would read the whole file anew for each.
#include "flow/known_flows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "flow/marks.h"
#include "flow/segment_folder.h"
#include "flow/store.h"

namespace porthole::flow {
namespace {

struct Known {
  WallTime begun;
  Position last;
};

std::optional<Row> ended(const std::optional<Record>& record) {
  Row row;
  if (!record || record->header.event.kind != EventKind::end || !row.read(*record)) return std::nullopt;
  return row;
}

class Collected {
 public:
  void add(const std::optional<Record>& record) {
    auto row = ended(record);
    if (row && seen_.insert(row->flow.value).second) flows_.push_back({row->begun, row->last});
  }
  std::size_t size() const { return flows_.size(); }
  std::vector<Position> newest(std::size_t most) {
    std::sort(flows_.begin(), flows_.end(), [](const Known& a, const Known& b) {
      return a.begun != b.begun ? a.begun < b.begun : a.last.value < b.last.value;
    });
    std::vector<Position> positions;
    for (std::size_t i = flows_.size() - std::min(most, flows_.size()); i < flows_.size(); ++i)
      positions.push_back(flows_[i].last);
    return positions;
  }

 private:
  std::vector<Known> flows_;
  std::unordered_set<std::uint64_t> seen_;
};

// Rows that come in the order of their ends, told in another.
class InOrder {
 public:
  InOrder(std::vector<Position> order, SegmentFolder& copies, const std::function<void(const Row&)>& tell)
      : order_(std::move(order)), copies_(copies), tell_(tell) {
    for (std::size_t i = 0; i < order_.size(); ++i) places_[order_[i].value] = i;
  }
  void take(const Record& record) {
    auto place = places_.find(record.at.value);
    if (place == places_.end()) return;
    auto row = ended(record);
    if (!row) return;
    if (tell_copies(); place->second == next_) {
      tell_(*row);
      ++next_;
    } else {
      row->keep();
      waiting_.emplace(place->second, std::move(*row));
    }
    while (tell_copies() || tell_waiting()) {}
  }
  // What is missing was evicted meanwhile.
  void finish() {
    for (; next_ < order_.size(); ++next_) {
      while (tell_copies() || tell_waiting()) {}
    }
  }

 private:
  bool tell_copies() {
    std::size_t from = next_;
    for (; next_ < order_.size() && (order_[next_].sequence() & Store::kCopies) != 0; ++next_) {
      if (auto row = ended(copies_.at(order_[next_]))) tell_(*row);
    }
    return next_ != from;
  }
  bool tell_waiting() {
    if (waiting_.empty() || waiting_.begin()->first != next_) return false;
    tell_(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    ++next_;
    return true;
  }

  std::vector<Position> order_;
  std::unordered_map<std::uint64_t, std::size_t> places_;  // in `order_`, by position
  std::size_t next_ = 0;
  std::map<std::size_t, Row> waiting_;
  SegmentFolder& copies_;
  const std::function<void(const Row&)>& tell_;
};

}  // namespace

void tell_known_flows(const std::string& folder, const std::vector<std::string>& paths, std::size_t most,
                      ByteCount bytes, const std::function<void(const Row&)>& tell) {
  Collected collected;
  SegmentFolder copies(folder);
  for (Position last : pinned_in(folder)) collected.add(copies.at(last));
  auto from = paths.end();
  for (ByteCount read = 0; from != paths.begin() && collected.size() < most && read < bytes;) {
    auto segment = SegmentReader::open(*--from);
    if (!segment) continue;
    while (auto record = segment->next()) collected.add(record);
    read += segment->end();
  }
  InOrder in_order(collected.newest(most), copies, tell);
  for (; from != paths.end(); ++from) {
    auto segment = SegmentReader::open(*from);
    if (!segment) continue;
    while (auto record = segment->next()) in_order.take(*record);
  }
  in_order.finish();
}

}  // namespace porthole::flow
