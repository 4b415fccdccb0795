// See frame_writer.h.
#include "wire/ws/frame_writer.h"

namespace porthole::wire::ws {

void append_frame(std::string& out, Side sender, Opcode opcode, std::string_view payload) {
  constexpr unsigned kFinal = 0x80, kMasked = 0x80;
  std::size_t size = payload.size();
  unsigned octets = size > UINT16_MAX ? 8 : size > 125 ? 2 : 0;
  unsigned length = octets == 8 ? 127 : octets == 2 ? 126 : static_cast<unsigned>(size);
  out += static_cast<char>(kFinal | static_cast<unsigned>(opcode));
  out += static_cast<char>(length | (sender == Side::client ? kMasked : 0));
  while (octets-- > 0) out += static_cast<char>(size >> (8 * octets) & 0xffU);
  if (sender == Side::client) out.append(4, '\0');
  out += payload;
}

}  // namespace porthole::wire::ws
