// `porthole flows diff A B`: two recorded flows beside each other, for a terminal or as JSON. What was redacted when it was
// recorded is asterisks here, too.
#pragma once

#include "app/flow_pages.h"

namespace porthole::app {

// `question.id` beside `other`. kFailure when one is not there, kUsage when one is no id.
Answer flow_diff(const FlowQuestion& question, const std::string& other);

}  // namespace porthole::app
