// How a flow's connection was come by and how its network was, in sentences, from the notes that docs/formats/segment.md lists.
// Notes of older recordings say less: then so do the sentences.
#pragma once

#include <string>
#include <vector>

#include "flow/flow.h"

namespace porthole::flow {

void tell_connection(const Flow& flow, std::vector<std::string>& story);
// Segments that had to be sent again.
void tell_network(const Flow& flow, std::vector<std::string>& story);

}  // namespace porthole::flow
