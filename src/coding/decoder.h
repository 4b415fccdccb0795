// Decoder undoes the content codings of one body, streaming, without I/O: bytes in, bytes out, and a cap on what comes
// out, so that ten kilobytes that stand for ten gigabytes (bad-inputs 47) stop at the cap and cost what the cap costs.
// Each piece of the body is fed, as long as the answer is `more`; then finish() says how it ended.
//
// As browsers do: `deflate` is zlib or raw, whichever it is; an empty body is empty under any coding; what stands behind
// the end of the coded content is ignored. As RFC 1952 §2.2 and RFC 8878 §3.1 say: gzip members and zstd frames may follow
// one another. Checksums are verified; what was decoded before a fault may have been given out by then (the smaller the
// pieces, the more).
//
// Memory, allocated at the first byte: gzip and deflate 40 KiB; br at most 16 MiB for its window and 300 KiB of tables
// (it has no limit of its own below that, large windows are refused); zstd at most 8 MiB for its window (RFC 9659 §3:
// larger ones are refused) and 400 KiB; 16 KiB between each two codings.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "coding/content_coding.h"
#include "coding/sink.h"
#include "coding/stage.h"

namespace porthole::coding {

struct DecoderOptions {
  ByteCount output_bytes_max = 8_MiB;  // what the recorder keeps of a body (DESIGN.md §7)
};

class Decoder {
 public:
  enum class State : std::uint8_t {
    more,       // give more input, or finish()
    full,       // decode() only: `out` is used up, call again
    done,       // the content has ended and is whole
    capped,     // there is more than output_bytes_max; exactly that many were given out
    corrupt,    // fault() says why
    truncated,  // the input ended too early; or that of an inner coding did, while the outer one was whole
  };

  explicit Decoder(const CodingList& codings, DecoderOptions options = {});

  // Takes all of `input` (less than 4 GiB) unless another state than `more` comes; these stay, and further input is ignored.
  // Work is bounded by the input and the cap, not by one of them: a caller that must not be held up uses decode().
  State feed(std::string_view input, Sink& sink);
  // The same, pulled: takes from the front of `input`, writes to the front of `out`; both shrink to what is left. For
  // relays, whose reader sets the pace. `full` may come once with nothing left behind it.
  State decode(std::string_view& input, std::span<char>& out);
  // There is no more input. Only when the last answer was not `full`. Never `more` nor `full`.
  State finish();

  ByteCount output_bytes() const { return output_bytes_; }
  // After `corrupt`: one clause for a human, a literal. Otherwise "".
  const char* fault() const { return fault_; }

 private:
  static constexpr std::size_t kBetweenBytes = 16 * 1024;
  // One coding, and what it wrote that the next has not taken.
  struct Layer {
    std::unique_ptr<DecodeStage> stage;
    std::unique_ptr<char[]> buffer;
    std::string_view waiting;
    ByteCount written = 0;
  };

  State produce(std::size_t layer, std::string_view& input, std::span<char>& out);
  State refill(std::size_t layer, std::string_view& input);
  State settle(State state);

  std::vector<Layer> layers_;  // outermost coding first
  ByteCount output_bytes_max_;
  ByteCount between_bytes_max_;
  ByteCount output_bytes_ = 0;
  State ended_ = State::more;  // once it is done, capped, corrupt or truncated
  const char* fault_ = "";
};

}  // namespace porthole::coding
