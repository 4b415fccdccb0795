// Explain: one recorded flow for somebody who wants to understand it. What came in beside what went out, line by line, each
// difference with its reason; and where the time went, in words. Says nothing that the records do not.
#pragma once

#include <string>
#include <vector>

#include "flow/flow.h"
#include "flow/messages.h"

namespace porthole::flow {

struct ExplainedLine {
  enum class Kind : std::uint8_t { same, changed, removed, added };
  Kind kind = Kind::same;
  std::string received, sent;             // without line ends; one is empty when removed or added
  std::vector<http::ChangeKind> reasons;  // http::facts_of() has the words and the clause
  std::string name;                       // of the field; empty for the first line
};
std::string_view kind_text(ExplainedLine::Kind kind);

struct Explanation {
  std::vector<ExplainedLine> request, response;  // empty when that head was not recorded
  std::vector<std::string> story;                // sentences
};

// `passed`: what count_messages() says of it.
Explanation explain(const Flow& flow, std::optional<MessageCount> passed = {});

// Either head may be null: then its side stays empty, and nothing counts as changed.
std::vector<ExplainedLine> align(const RecordedHead* received, const RecordedHead* sent);

}  // namespace porthole::flow
