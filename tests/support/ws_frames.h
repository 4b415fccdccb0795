// WebSocket frames as their senders write them (RFC 6455 §5.2), also such as none would.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace porthole::test {

struct WsFrame {
  unsigned first = 0x81;  // FIN, reserved bits, opcode
  std::string_view payload;
  bool masked = false;
  unsigned length_octets = 0;                       // 2 or 8 to spend more than are needed
  std::array<unsigned char, 4> key = {1, 2, 3, 4};  // what is masked looks different, and is masked with this
};

inline std::string ws_frame(const WsFrame& frame) {
  std::size_t size = frame.payload.size();
  unsigned octets = frame.length_octets != 0 ? frame.length_octets : size > 65535 ? 8 : size > 125 ? 2 : 0;
  std::string text(1, static_cast<char>(frame.first));
  std::size_t short_length = octets == 8 ? 127 : octets == 2 ? 126 : size;
  text += static_cast<char>(short_length | (frame.masked ? 0x80U : 0));
  for (unsigned i = octets; i > 0; --i) text += static_cast<char>(size >> (8 * (i - 1)) & 0xffU);
  if (!frame.masked) return text.append(frame.payload);
  for (unsigned char octet : frame.key) text += static_cast<char>(octet);
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(frame.payload[i] ^ frame.key[i % 4]);
  return text;
}

}  // namespace porthole::test
