// See zstd_codec.h.
#include "coding/zstd_codec.h"

#include <array>

#include <zstd.h>

#include "base/assert.h"
#include "coding/held_bytes.h"

namespace porthole::coding {
namespace {

constexpr int kWindowLogMax = 23;  // RFC 9659 §3: 8 MiB

struct DestroyDecoder {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct DestroyEncoder {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

class ZstdDecoder final : public DecodeStage {
 public:
  State decode(std::string_view& input, std::span<char>& out) override {
    while (true) {
      switch (part_) {
        case Part::between:
          if (!held_.fill(input, kMagicOctets) && (maybe_magic() || !decoder_)) return State::more;
          if (maybe_magic()) begin();
          else if (decoder_) part_ = Part::done;
          else refuse("no zstd frame");  // also keeps libzstd from trying its formats of before RFC 8878
          break;
        case Part::content:
          if (out.empty()) return State::full;
          if (!held_.empty()) {
            std::string_view magic = held_.view();
            run(magic, out);
            PH_ASSERT(magic.empty() || part_ == Part::corrupt);
            held_.clear();
          } else {
            run(input, out);
            if (part_ == Part::content) return out.empty() ? State::full : State::more;
          }
          break;
        case Part::done: return State::done;
        case Part::corrupt: return State::corrupt;
      }
    }
  }
  bool may_end() const override {
    bool nothing_begun = !decoder_ && held_.empty();
    return nothing_begun || (decoder_ && part_ == Part::between) || part_ == Part::done;
  }
  const char* fault() const override { return fault_; }

 private:
  enum class Part : std::uint8_t { between, content, done, corrupt };  // between: before a frame, the first or another
  static constexpr std::size_t kMagicOctets = 4;

  // The octets held begin a frame (FD2FB528) or a skippable one (184D2A50 to 184D2A5F), both little-endian.
  bool maybe_magic() const {
    constexpr std::string_view kFrame = "\x28\xB5\x2F\xFD";
    constexpr std::string_view kSkippable = "\x2A\x4D\x18";
    std::string_view held = held_.view();
    bool skippable = !held.empty() && (held_.octet(0) & 0xF0U) == 0x50 && kSkippable.starts_with(held.substr(1));
    return kFrame.starts_with(held) || skippable;
  }

  void begin() {
    if (!decoder_) {
      decoder_.reset(ZSTD_createDCtx());
      PH_ASSERT(decoder_);
      PH_ASSERT(!ZSTD_isError(ZSTD_DCtx_setParameter(decoder_.get(), ZSTD_d_windowLogMax, kWindowLogMax)));
    }
    part_ = Part::content;
  }

  void refuse(const char* fault) {
    part_ = Part::corrupt;
    fault_ = fault;
  }

  void run(std::string_view& input, std::span<char>& out) {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer buffer{out.data(), out.size(), 0};
    std::size_t answer = 1;  // how much it would like to have next; 0 at the end of a frame
    bool moved = true;
    while (moved && answer != 0 && !ZSTD_isError(answer) && buffer.pos < buffer.size) {
      std::size_t before = in.pos + buffer.pos;
      answer = ZSTD_decompressStream(decoder_.get(), &buffer, &in);
      moved = in.pos + buffer.pos != before;
    }
    input.remove_prefix(in.pos);
    out = out.subspan(buffer.pos);
    if (ZSTD_isError(answer)) {
      refuse(ZSTD_getErrorName(answer));
    } else if (answer == 0) {
      part_ = Part::between;
    }
  }

  Part part_ = Part::between;
  HeldBytes<kMagicOctets> held_;
  std::unique_ptr<ZSTD_DCtx, DestroyDecoder> decoder_;
  const char* fault_ = "";
};

class ZstdEncoder final : public EncodeStage {
 public:
  explicit ZstdEncoder(Effort effort) : encoder_(ZSTD_createCCtx()) {
    PH_ASSERT(encoder_);
    set(ZSTD_c_compressionLevel, effort == Effort::fast ? 1 : 3);
    set(ZSTD_c_windowLog, 20);  // 1 MiB: bounds memory, and every decoder may refuse above 8 MiB
    set(ZSTD_c_checksumFlag, 1);
  }

  void encode(std::string_view input, After after, Sink& sink) override {
    ZSTD_EndDirective end = after == After::finish  ? ZSTD_e_end
                            : after == After::flush ? ZSTD_e_flush
                                                    : ZSTD_e_continue;
    std::array<char, 16 * 1024> buffer;
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    bool finished = false;
    while (!finished) {
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      std::size_t left = ZSTD_compressStream2(encoder_.get(), &out, &in, end);
      PH_ASSERT(!ZSTD_isError(left));
      if (out.pos != 0) sink.take({buffer.data(), out.pos});
      finished = after == After::nothing ? in.pos == in.size : left == 0;
    }
  }

 private:
  void set(ZSTD_cParameter parameter, int value) {
    PH_ASSERT(!ZSTD_isError(ZSTD_CCtx_setParameter(encoder_.get(), parameter, value)));
  }
  std::unique_ptr<ZSTD_CCtx, DestroyEncoder> encoder_;
};

}  // namespace

std::unique_ptr<DecodeStage> make_zstd_decoder() { return std::make_unique<ZstdDecoder>(); }
std::unique_ptr<EncodeStage> make_zstd_encoder(Effort effort) { return std::make_unique<ZstdEncoder>(effort); }

}  // namespace porthole::coding
