// MessageInflater undoes the compression of permessage-deflate (RFC 7692 §7.2.2) for one direction of a WebSocket
// connection, message by message, without I/O. A message is deflate without an end, its last four octets left out, and may
// go on with the window of the one before. It inflates with the largest window, which serves every `max_window_bits`.
// Memory: 40 KiB from the first message on, and what is given out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/units.h"

namespace porthole::coding {

class MessageInflater {
 public:
  // What a last block (BFINAL, RFC 7692 §7.2.3.4) takes from `left`, besides its octets. It may be two octets long and hold
  // nothing, and costs a copy of the window: about as much work as to inflate so many octets.
  static constexpr ByteCount kLastBlockCost = 1024;

  // `keeps_context`: the window goes on from message to message. Without it each message stands alone
  // (client_no_context_takeover, server_no_context_takeover).
  explicit MessageInflater(bool keeps_context);
  ~MessageInflater();

  // Appends what `payload` (less than 4 GiB), one whole message, stands for, at most `left` octets, and takes from `left`
  // what it appended, and kLastBlockCost for each last block. False when that is not all of it, whether it is corrupt or
  // there is more; fault() says why, and what was appended is a beginning, which was paid for all the same. Where the window
  // goes on nothing can be inflated behind such a message, and it is false for all that follow.
  bool inflate(std::string_view payload, ByteCount& left, std::string& out);

  // After false: a clause for a human, a literal.
  const char* fault() const { return fault_; }

 private:
  class Stream;

  bool keeps_context_;
  bool lost_ = false;  // the window is not what it should be
  std::unique_ptr<Stream> stream_;
  const char* fault_ = "";
};

}  // namespace porthole::coding
