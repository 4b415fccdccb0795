// One coding, undone or done: the seam between Decoder and Encoder and the libraries. Each codec file makes one of each,
// and a new coding is a new file and its line in decoder.cc and encoder.cc.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "coding/sink.h"

namespace porthole::coding {

class DecodeStage {
 public:
  enum class State : std::uint8_t {
    more,     // all of `input` was taken, nothing waits to be written
    full,     // `out` is used up; there may be more to write
    done,     // the coded content has ended; the rest of `input` does not belong to it
    corrupt,  // and it stays so
  };

  virtual ~DecodeStage() = default;
  // Takes from the front of `input`, writes to the front of `out`; both shrink to what is left.
  virtual State decode(std::string_view& input, std::span<char>& out) = 0;
  // True when the input may end here.
  virtual bool may_end() const = 0;
  // After `corrupt`: one clause for a human; a literal.
  virtual const char* fault() const = 0;
};

class EncodeStage {
 public:
  enum class After : std::uint8_t { nothing, flush, finish };

  virtual ~EncodeStage() = default;
  virtual void encode(std::string_view input, After after, Sink& sink) = 0;
};

}  // namespace porthole::coding
