// One line of the access log per ended exchange, in three formats. Every byte that came from a peer is escaped, so that a line
// stays one line whatever was sent. No allocation but the growth of `out`.
#pragma once

#include <cstdint>
#include <string>

#include "flow/outcome.h"

namespace porthole::flow {

// json: one object per line. combined: what web servers write. squid: Squid's native format.
enum class LogFormat : std::uint8_t { json, combined, squid };

// Appends one line with its newline.
void format_line(LogFormat format, const Outcome& outcome, std::string& out);

}  // namespace porthole::flow
