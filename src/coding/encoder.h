// Encoder applies content codings to one body, streaming, without I/O: the inverse of Decoder. What it writes for an
// input is never much longer than the input, so it needs no cap.
//
// Memory, allocated at construction: gzip and deflate 264 KiB, br at most 4 MiB, zstd at most 3 MiB.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "coding/content_coding.h"
#include "coding/sink.h"

namespace porthole::coding {

class EncodeStage;

enum class Effort : std::uint8_t {
  fast,      // for bytes that somebody waits for: gzip 1, br 1, zstd 1
  balanced,  // gzip 6, br 5, zstd 3
};

class Encoder {
 public:
  explicit Encoder(const CodingList& codings, Effort effort = Effort::balanced);
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  ~Encoder();

  void encode(std::string_view input, Sink& sink);
  // Writes what is held back, so that a reader can decode all that was given until now. Costs ratio.
  void flush(Sink& sink);
  // Ends the content. Nothing may be called afterwards.
  void finish(Sink& sink);

 private:
  std::vector<std::unique_ptr<EncodeStage>> stages_;  // in the order of the list
};

}  // namespace porthole::coding
