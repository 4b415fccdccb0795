// See brotli_codec.h.
#include "coding/brotli_codec.h"

#include <array>

#include <brotli/decode.h>
#include <brotli/encode.h>

#include "base/assert.h"

namespace porthole::coding {
namespace {

struct DestroyDecoder {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};
struct DestroyEncoder {
  void operator()(BrotliEncoderState* state) const { BrotliEncoderDestroyInstance(state); }
};

const std::uint8_t* octets(const char* text) { return reinterpret_cast<const std::uint8_t*>(text); }
std::uint8_t* octets(char* text) { return reinterpret_cast<std::uint8_t*>(text); }

class BrotliDecoder final : public DecodeStage {
 public:
  State decode(std::string_view& input, std::span<char>& out) override {
    if (state_ == State::done || state_ == State::corrupt) return state_;
    if (out.empty()) return State::full;
    if (!decoder_) {
      if (input.empty()) return State::more;
      decoder_.reset(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
      PH_ASSERT(decoder_);
    }
    std::size_t input_left = input.size();
    std::size_t out_left = out.size();
    const std::uint8_t* next_input = octets(input.data());
    std::uint8_t* next_out = octets(out.data());
    BrotliDecoderResult answer =
        BrotliDecoderDecompressStream(decoder_.get(), &input_left, &next_input, &out_left, &next_out, nullptr);
    input.remove_prefix(input.size() - input_left);
    out = out.subspan(out.size() - out_left);
    switch (answer) {
      case BROTLI_DECODER_RESULT_SUCCESS: state_ = State::done; break;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: state_ = out.empty() ? State::full : State::more; break;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: state_ = State::full; break;
      case BROTLI_DECODER_RESULT_ERROR: state_ = State::corrupt; break;
    }
    return state_;
  }
  bool may_end() const override { return !decoder_ || state_ == State::done; }
  const char* fault() const override { return "malformed brotli stream"; }

 private:
  std::unique_ptr<BrotliDecoderState, DestroyDecoder> decoder_;
  State state_ = State::more;
};

class BrotliEncoder final : public EncodeStage {
 public:
  explicit BrotliEncoder(Effort effort) : encoder_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    PH_ASSERT(encoder_);
    // A window of 256 KiB: more than most bodies, and memory stays below 4 MiB.
    PH_ASSERT(BrotliEncoderSetParameter(encoder_.get(), BROTLI_PARAM_LGWIN, 18));
    PH_ASSERT(BrotliEncoderSetParameter(encoder_.get(), BROTLI_PARAM_QUALITY, effort == Effort::fast ? 1 : 5));
  }

  void encode(std::string_view input, After after, Sink& sink) override {
    BrotliEncoderOperation operation = after == After::finish  ? BROTLI_OPERATION_FINISH
                                       : after == After::flush ? BROTLI_OPERATION_FLUSH
                                                               : BROTLI_OPERATION_PROCESS;
    std::array<char, 16 * 1024> buffer;
    std::size_t input_left = input.size();
    const std::uint8_t* next_input = octets(input.data());
    do {
      std::size_t out_left = buffer.size();
      std::uint8_t* next_out = octets(buffer.data());
      PH_ASSERT(BrotliEncoderCompressStream(encoder_.get(), operation, &input_left, &next_input, &out_left, &next_out,
                                            nullptr));
      if (out_left < buffer.size()) sink.take({buffer.data(), buffer.size() - out_left});
    } while (input_left != 0 || BrotliEncoderHasMoreOutput(encoder_.get()));
  }

 private:
  std::unique_ptr<BrotliEncoderState, DestroyEncoder> encoder_;
};

}  // namespace

std::unique_ptr<DecodeStage> make_brotli_decoder() { return std::make_unique<BrotliDecoder>(); }
std::unique_ptr<EncodeStage> make_brotli_encoder(Effort effort) { return std::make_unique<BrotliEncoder>(effort); }

}  // namespace porthole::coding
