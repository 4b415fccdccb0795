// See known_flows.h. A flow is written when it ends, so a long one stands far behind those that began when it did.
#include "flow/known_flows.h"

#include <algorithm>
#include <unordered_set>

#include "flow/marks.h"
#include "flow/rows.h"
#include "flow/segment_folder.h"

namespace porthole::flow {
namespace {

struct Known {
  WallTime begun;
  Position last;
};

class Collected {
 public:
  void add(const Record& record) {
    if (record.header.event.kind != EventKind::end) return;
    Row row;
    if (row.read(record) && seen_.insert(row.flow.value).second) flows_.push_back({row.begun, record.at});
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

}  // namespace

std::vector<Position> known_flows(const std::string& folder, const std::vector<std::string>& paths, std::size_t most,
                                  ByteCount bytes) {
  Collected collected;
  SegmentFolder copies(folder);
  for (Position last : pinned_in(folder)) {
    if (auto record = copies.at(last)) collected.add(*record);
  }
  ByteCount read = 0;
  for (auto path = paths.rbegin(); path != paths.rend() && collected.size() < most && read < bytes; ++path) {
    auto segment = SegmentReader::open(*path);
    if (!segment) continue;
    while (auto record = segment->next()) collected.add(*record);
    read += segment->end();
  }
  return collected.newest(most);
}

}  // namespace porthole::flow
