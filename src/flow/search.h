// Search: an expression over the flows of a folder, newest first, in slices: whoever asks sets the pace and may stop at any time.
// Rows decide what they can, from the indexes of segments where there are some; a flow is read, and its content decoded, only
// when they cannot.
#pragma once

#include <string>
#include <vector>

#include "flow/history.h"
#include "flow/marks.h"
#include "flow/segment_folder.h"
#include "match/expr.h"

namespace porthole::flow {

class Search {
 public:
  // A slice ends behind so many flows, hits, or bytes of content that had to be read; or so many times that rows were.
  static constexpr std::size_t kSliceFlows = 16'384;
  static constexpr std::size_t kSliceHits = 1000;
  static constexpr ByteCount kSliceBytes = 2_MiB;
  static constexpr std::size_t kSliceReads = 16;  // of up to History::kStepBytes

  // The marks outlive it.
  Search(std::string folder, match::Expr wanted, const Marks& marks)
      : folder_(std::move(folder)), wanted_(std::move(wanted)), marks_(marks), history_(folder_) {}

  // Appends the hits of one slice; false when all has been looked at.
  bool step(std::vector<Row>& hits);
  std::size_t searched() const { return searched_; }  // flows
  // Flows in all, as what was read lets one expect.
  std::size_t of() const { return std::max(searched_, history_.expected()); }

 private:
  bool fits(const Row& row, SegmentFolder& folder, ByteCount& read);

  std::string folder_;
  match::Expr wanted_;
  const Marks& marks_;
  History history_;
  std::size_t searched_ = 0;
};

}  // namespace porthole::flow
