// FlowSubject: everything that was recorded of a flow, for a match expression: its row, the fields of both messages, and their
// content, decoded up to kContentMax (of a WebSocket what its messages say), and read only when a term asks for it.
#pragma once

#include <optional>

#include "flow/flow.h"
#include "flow/row_subject.h"

namespace porthole::flow {

class FlowSubject final : public RowSubject {
 public:
  static constexpr ByteCount kContentMax = 8_MiB;

  // All outlive the subject.
  FlowSubject(const Flow& flow, SegmentFolder& folder, const MarkFacts& marks = {})
      : RowSubject(flow.row, marks), flow_(flow), folder_(folder) {}

  match::Truth flag(match::Flag flag) const override;
  match::Truth any(match::Key key, std::string_view field_name, const match::Probe& probe) const override;

 private:
  match::Truth fields(Direction direction, std::string_view name, const match::Probe& probe) const;
  match::Truth content(Direction direction, const match::Probe& probe) const;

  const Flow& flow_;
  SegmentFolder& folder_;
  mutable std::optional<std::string> decoded_[2];  // by Direction
};

}  // namespace porthole::flow
