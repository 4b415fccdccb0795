// A flow as one line of a terminal: `porthole flows list`, `explain` and `tail` show the same. Controls and octets beyond ASCII are
// escaped: a terminal obeys nothing of what was captured.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "flow/rows.h"

namespace porthole::app {

std::string safe(std::string_view text);

struct LineLook {
  bool colour = false;
  std::size_t columns = 0;  // of the terminal; 0: as long as it gets. In a narrow one id and milliseconds are left out
};

// With its line feed.
std::string row_line(const flow::Row& row, const LineLook& look);

// The row that flow::append_row() wrote. Nothing when it is no such object.
std::optional<flow::Row> row_of(const nlohmann::ordered_json& json);

}  // namespace porthole::app
