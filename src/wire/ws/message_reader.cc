// See message_reader.h. A frame is a head of 2 to 14 octets, then its payload.
#include "wire/ws/message_reader.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace porthole::wire::ws {
namespace {

constexpr std::uint8_t kReservedBits = kRsv1 | kRsv2 | kRsv3;
constexpr std::size_t kControlMax = 125;  // RFC 6455 §5.5

}  // namespace

Close close_of(std::string_view payload) {
  if (payload.size() < 2) return {};
  unsigned code = static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
  return {.code = static_cast<std::uint16_t>(code), .reason = payload.substr(2)};
}

std::optional<Message> MessageReader::next(std::string_view& octets) {
  while (*fault_ == '\0') {
    if (!in_payload_ && !take_head(octets)) return std::nullopt;
    take_payload(octets);
    if (left_ > 0) return std::nullopt;
    if (final_frame()) return end_frame();  // control frames always are
    in_payload_ = false;
  }
  return std::nullopt;
}

// True when it is whole and right.
bool MessageReader::take_head(std::string_view& octets) {
  for (std::size_t wanted = 2;;) {
    if (held_ >= 2) wanted = 2 + length_octets() + (masked() ? 4 : 0);
    std::size_t size = std::min(wanted - held_, octets.size());
    if (size > 0 && closed_) fault_ = "octets follow a close frame (RFC 6455 §5.5.1)";
    if (*fault_ != '\0') return false;
    std::copy_n(octets.begin(), size, head_.begin() + held_);
    octets.remove_prefix(size);
    held_ += size;
    if (held_ < wanted) return false;
    if (wanted == 2) {
      fault_ = judge_first_octets();
      if (*fault_ != '\0') return false;
      if (length_octets() + (masked() ? 4 : 0) > 0) continue;
    }
    begin_frame();
    return *fault_ == '\0';
  }
}

// RFC 6455 §5.2.
const char* MessageReader::judge_first_octets() const {
  std::uint8_t reserved = octet(0) & kReservedBits;
  if ((reserved & ~options_.reserved) != 0)
    return "a reserved bit is set that no extension has a use for (RFC 6455 §5.2)";
  switch (opcode()) {
    case Opcode::continuation:
      if (!in_message_) return "a message goes on that has not begun (RFC 6455 §5.4)";
      if (reserved != 0) return "a reserved bit is set in a fragment that is not the first (RFC 7692 §6.1)";
      break;
    case Opcode::text:
    case Opcode::binary:
      if (in_message_) return "a message begins within another (RFC 6455 §5.4)";
      break;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!final_frame()) return "a control frame is fragmented (RFC 6455 §5.5)";
      if ((octet(1) & 0x7fU) > kControlMax) return "a control frame is longer than 125 octets (RFC 6455 §5.5)";
      if (opcode() == Opcode::close && (octet(1) & 0x7fU) == 1)
        return "a close frame has half a code (RFC 6455 §5.5.1)";
      if ((reserved & kRsv1) != 0) return "a control frame is compressed (RFC 7692 §6.1)";
      break;
    default: return "an opcode is reserved (RFC 6455 §5.2)";
  }
  if (masked() == (options_.sender == Side::client)) return "";
  return masked() ? "a frame of the server is masked (RFC 6455 §5.1)"
                  : "a frame of the client is not masked (RFC 6455 §5.1)";
}

std::size_t MessageReader::length_octets() const {
  unsigned length = octet(1) & 0x7fU;
  return length == 127 ? 8 : length == 126 ? 2 : 0;
}

const char* MessageReader::judge_length(std::uint64_t length) const {
  std::size_t octets = length_octets();
  if (length >> 63U != 0) return "a length has its highest bit set (RFC 6455 §5.2)";
  if ((octets == 2 && length <= kControlMax) || (octets == 8 && length <= UINT16_MAX))
    return "a length is not written in the fewest octets (RFC 6455 §5.2)";
  return "";
}

void MessageReader::begin_frame() {
  std::size_t octets = length_octets();
  std::uint64_t length = octets == 0 ? octet(1) & 0x7fU : 0;
  for (std::size_t i = 0; i < octets; ++i) length = length << 8U | octet(2 + i);
  fault_ = judge_length(length);
  if (masked()) std::copy_n(head_.begin() + 2 + octets, key_.size(), key_.begin());
  left_ = length;
  held_ = 0;  // head_ keeps what it is
  in_payload_ = true;
  if (opcode() == Opcode::continuation) return;
  Message& begun = control() ? control_ : message_;
  begun = {.opcode = opcode(), .reserved = static_cast<std::uint8_t>(octet(0) & kReservedBits), .payload = {}};
  if (!control()) in_message_ = true;
}

void MessageReader::take_payload(std::string_view& octets) {
  Message& to = control() ? control_ : message_;
  std::size_t taken = std::min<std::uint64_t>(left_, octets.size());
  std::size_t kept = std::min<ByteCount>(taken, options_.payload_bytes_max - to.payload.size());
  std::size_t begin = to.payload.size();
  to.payload.append(octets, 0, kept);
  if (masked()) {
    for (std::size_t i = 0; i < kept; ++i)
      to.payload[begin + i] = static_cast<char>(to.payload[begin + i] ^ static_cast<char>(key_[i % 4]));
    std::rotate(key_.begin(), key_.begin() + taken % 4, key_.end());
  }
  to.size += taken;
  left_ -= taken;
  octets.remove_prefix(taken);
}

Message MessageReader::end_frame() {
  PH_ASSERT(left_ == 0);
  in_payload_ = false;
  if (!control()) in_message_ = false;
  closed_ = opcode() == Opcode::close;
  return std::exchange(control() ? control_ : message_, {});
}

}  // namespace porthole::wire::ws
