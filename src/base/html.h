// Text from elsewhere inside the HTML pages that the proxy writes itself.
#pragma once

#include <string>
#include <string_view>

namespace porthole {

// Safe between tags and in quoted attribute values. An octet that is not printable ASCII becomes "?": such text is from a
// peer, of no known charset, and only shown.
std::string escape_html(std::string_view text);

}  // namespace porthole
