// See html.h.
#include "base/html.h"

#include "base/text.h"

namespace porthole {

std::string escape_html(std::string_view text) {
  std::string out;
  bool utf8 = is_utf8(text);
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += (c >= ' ' && c < '\x7f') || (utf8 && static_cast<unsigned char>(c) >= 0x80) ? c : '?';
    }
  }
  return out;
}

}  // namespace porthole
