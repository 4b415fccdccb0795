// RowSubject: what a match expression can know of a flow from its row alone. Fields and content are unknown here, so that an
// expression which needs them says `unknown`: then FlowSubject (flow_subject.h) is asked.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "flow/rows.h"
#include "flow/target_parts.h"
#include "match/subject.h"

namespace porthole::flow {

// What a person said about a flow.
struct MarkFacts {
  bool pinned = false, noted = false;
  std::span<const std::string> tags;
};

class RowSubject : public match::Subject {
 public:
  // All outlive the subject.
  explicit RowSubject(const Row& row, const MarkFacts& marks = {});

  match::Fact<std::string_view> text(match::Key key) const override;
  match::Fact<std::uint64_t> number(match::Key key) const override;
  match::Truth flag(match::Flag flag) const override;
  match::Truth any(match::Key key, std::string_view field_name, const match::Probe& probe) const override;

 protected:
  const Row& row() const { return row_; }

 private:
  const TargetParts& target() const;

  const Row& row_;
  MarkFacts marks_;
  // Made when they are asked for: most terms need neither, and a search looks at a million rows.
  mutable std::optional<TargetParts> target_;
  mutable std::string client_;
};

}  // namespace porthole::flow
