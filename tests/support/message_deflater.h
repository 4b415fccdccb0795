// Messages of permessage-deflate as a sender makes them (RFC 7692 §7.2.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "coding/encoder.h"

namespace porthole::test {

class MessageDeflater {
 public:
  explicit MessageDeflater(bool keeps_context) : keeps_context_(keeps_context) {}

  std::string deflate(std::string_view message) {
    if (!encoder_ || !keeps_context_) begin();
    coding::StringSink sink;
    encoder_->encode(message, sink);
    encoder_->flush(sink);
    std::string_view made = sink.text;
    made.remove_prefix(std::exchange(head_, 0));
    made.remove_suffix(4);  // 00 00 ff ff
    return std::string(made);
  }

 private:
  void begin() {
    encoder_ = std::make_unique<coding::Encoder>(*coding::CodingList::parse("deflate"));
    head_ = 2;  // the wrapping of RFC 1950; its checksum never comes, because the stream never ends
  }

  bool keeps_context_;
  std::unique_ptr<coding::Encoder> encoder_;
  std::size_t head_ = 0;
};

}  // namespace porthole::test
