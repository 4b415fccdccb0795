// MessageReader reads what one side of a WebSocket connection sends behind the handshake (RFC 6455 §5): octets in, messages
// out, without I/O. Masks are undone, fragments joined; a control frame between two fragments comes where it ended. It judges
// as the receiver must, because what follows a broken frame is no longer WebSocket to anyone: the first fault is the last
// word. Extensions (RFC 6455 §9) may use the reserved bits of a message's first frame and are undone by whoever knows them.
//
// Where the octets were cut means nothing. A claimed length is a number that counts down: memory grows with what came, up to
// payload_bytes_max for the message and 125 octets for a control frame.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/units.h"

namespace porthole::wire::ws {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// The reserved bits as they lie in the first octet of a frame.
enum ReservedBit : std::uint8_t { kRsv1 = 0x40, kRsv2 = 0x20, kRsv3 = 0x10 };

struct Message {
  Opcode opcode = Opcode::text;  // never `continuation`
  std::uint8_t reserved = 0;     // ReservedBit, of its first frame
  ByteCount size = 0;            // octets of its payload
  std::string payload;           // the first payload_bytes_max of them
};

// RFC 6455 §5.5.1: a close frame has a code and a reason, or nothing.
struct Close {
  std::optional<std::uint16_t> code;
  std::string_view reason;  // into the payload
};
Close close_of(std::string_view payload);

struct ReaderOptions {
  Side sender = Side::client;  // a client masks (RFC 6455 §5.1), a server must not
  std::uint8_t reserved = 0;   // the bits that an extension has a use for
  ByteCount payload_bytes_max = 8_MiB;
};

class MessageReader {
 public:
  explicit MessageReader(const ReaderOptions& options) : options_(options) {}

  // Takes from the front of `octets` up to the end of the next message. Nothing: all of them were taken, or there is a
  // fault, behind which nothing is taken.
  std::optional<Message> next(std::string_view& octets);

  // Why this is not WebSocket (any more): a clause for a human, a literal. "" as long as it is.
  const char* fault() const { return fault_; }
  // A frame or a message has begun that has not ended.
  bool within() const { return held_ > 0 || in_payload_ || in_message_; }

 private:
  static constexpr std::size_t kHeadMax = 14;

  bool take_head(std::string_view& octets);
  const char* judge_first_octets() const;
  const char* judge_length(std::uint64_t length) const;
  void begin_frame();
  void take_payload(std::string_view& octets);
  Message end_frame();

  std::uint8_t octet(std::size_t i) const { return head_[i]; }
  Opcode opcode() const { return static_cast<Opcode>(octet(0) & 0x0fU); }
  bool final_frame() const { return (octet(0) & 0x80U) != 0; }
  bool masked() const { return (octet(1) & 0x80U) != 0; }
  bool control() const { return (octet(0) & 0x08U) != 0; }
  std::size_t length_octets() const;

  ReaderOptions options_;
  std::array<std::uint8_t, kHeadMax> head_{};  // of the frame that is being read
  std::size_t held_ = 0;                       // octets of it that have come
  std::uint64_t left_ = 0;                     // octets of its payload to come
  std::array<std::uint8_t, 4> key_{};          // its mask, turned to the next octet
  bool in_payload_ = false;
  bool in_message_ = false;  // a fragment came that was not the last
  bool closed_ = false;
  Message message_;  // what its fragments gave so far
  Message control_;
  const char* fault_ = "";
};

}  // namespace porthole::wire::ws
