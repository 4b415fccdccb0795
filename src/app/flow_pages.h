// `porthole flows` and `porthole explain`: recorded flows as text for a terminal, or as JSON, read from a folder of segments;
// a proxy may be recording there meanwhile.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "flow/flow.h"

namespace porthole::app {

struct FlowQuestion {
  static constexpr std::size_t kLines = 50;
  std::string folder;
  std::string filter;               // of the match language; empty is all
  std::string id;                   // for those that speak of one flow
  std::optional<std::size_t> most;  // of a list, else kLines; of an archive, else all
  bool json = false;
  bool colour = false;
  std::string snippet;  // "curl", "fetch", "python", "raw", or ""
  bool with_secrets = false;
};

// One flow by its id: nothing with `refused` filled when there is none.
std::optional<flow::Flow> find_flow(const FlowQuestion& question, Answer& refused);

// Newest first, a line each. kFailure when none fits, as grep; kUsage when the filter is wrong.
Answer flow_list(const FlowQuestion& question);
// Heads as received and as sent, notes, how much content there is; or its request as `snippet` says. kFailure when it is not
// there.
Answer flow_show(const FlowQuestion& question);
// What came in beside what went out, each difference with its reason, and the story.
Answer flow_explain(const FlowQuestion& question);

// The flows that fit, the newest `most` of them, as an HTTP archive, written to `file` as it is made.
Answer flow_export(const FlowQuestion& question, std::FILE* file);

}  // namespace porthole::app
