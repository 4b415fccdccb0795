// What a search finds, told as server-sent events while it goes on: `hit` {"row"}, `progress` {"searched", "of"}, `done`.
#pragma once

#include <memory>

#include "admin/site.h"
#include "flow/search.h"

namespace porthole::admin {

// The marks outlive it.
std::unique_ptr<Feed> search_feed(flow::Search search, const flow::Marks& marks);

}  // namespace porthole::admin
