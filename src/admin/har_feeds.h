// HAR over the API: an archive written while it is sent, and one read at the recorder's pace, with what came of it at the end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin/site.h"
#include "flow/har_import.h"
#include "flow/marks.h"
#include "match/expr.h"

namespace porthole::admin {

// The flows whose last records are at `flows`, those of them that `wanted` matches. Marks outlive it.
std::unique_ptr<Feed> har_export(std::string folder, std::vector<flow::Position> flows, match::Expr wanted,
                                 const flow::Marks& marks, bool secrets);

// Ends with {"added": n, "problems": [..]}. The recorder and random outlive it.
std::unique_ptr<Feed> har_import(std::string_view file, flow::Recorder& recorder, Random& random);

}  // namespace porthole::admin
