// See search.h.
#include "flow/search.h"

#include "flow/flow_subject.h"

namespace porthole::flow {

// One folder for a slice: its windows serve the neighbours of a flow, too, and evicted segments are let go between slices.
bool Search::step(std::vector<Row>& hits) {
  SegmentFolder folder(folder_);
  ByteCount read = 0;
  Row row;
  std::size_t looked = 0, reads = 0, before = hits.size();
  while (looked < kSliceFlows && hits.size() - before < kSliceHits && read < kSliceBytes && reads < kSliceReads) {
    History::Step step = history_.step(row);
    if (step == History::Step::done) return false;
    if (step == History::Step::more) {
      ++reads;
      continue;
    }
    ++looked;
    ++searched_;
    if (!fits(row, folder, read)) continue;
    row.keep();
    hits.push_back(std::move(row));
  }
  return true;
}

bool Search::fits(const Row& row, SegmentFolder& folder, ByteCount& read) {
  MarkFacts facts = marks_.facts(row.flow);
  match::Truth truth = wanted_.test(RowSubject(row, facts));
  if (truth != match::Truth::unknown) return truth == match::Truth::yes;
  auto whole = read_flow(folder, row.last);
  if (!whole) return false;  // evicted meanwhile
  read += whole->content[0].kept + whole->content[1].kept + 4_KiB;
  return wanted_.matches(FlowSubject(*whole, folder, facts));
}

}  // namespace porthole::flow
