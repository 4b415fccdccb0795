// See html.h.
#include "base/html.h"

namespace porthole {

std::string escape_html(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += (c >= ' ' && c < '\x7f') ? c : '?';
    }
  }
  return out;
}

}  // namespace porthole
