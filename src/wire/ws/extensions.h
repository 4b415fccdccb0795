// What a server agreed to in Sec-WebSocket-Extensions (RFC 6455 §9.1), as far as it matters to who reads the frames.
#pragma once

#include <cstdint>
#include <string_view>

namespace porthole::wire::ws {

struct Extensions {
  bool deflate = false;  // permessage-deflate (RFC 7692)
  bool client_no_context_takeover = false;
  bool server_no_context_takeover = false;
  bool other = false;  // there is something in the list that is not known here, or the list is none

  // The reserved bits that frames may have then, as they lie in their first octet.
  std::uint8_t reserved() const;

  // `value`: all fields of that name, joined by commas; of a 101. Window sizes are read over: who inflates with the largest
  // window inflates what was deflated with a smaller one.
  static Extensions parse(std::string_view value);

  bool operator==(const Extensions&) const = default;
};

}  // namespace porthole::wire::ws
