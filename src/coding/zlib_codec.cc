// See zlib_codec.h.
#include "coding/zlib_codec.h"

#include <array>

#include <zlib.h>

#include "base/assert.h"
#include "coding/held_bytes.h"

namespace porthole::coding {
namespace {

constexpr int kWindowBits = 15;
constexpr int kGzip = 16;  // added to the window bits: gzip's wrapping; a negative number of bits: no wrapping

Bytef* octets(const char* text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text)); }

class Inflater {
 public:
  explicit Inflater(int window_bits) { PH_ASSERT(inflateInit2(&stream_, window_bits) == Z_OK); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  void reset() { PH_ASSERT(inflateReset(&stream_) == Z_OK); }
  // What zlib says; Z_BUF_ERROR only means that nothing could be done. Pieces are below 4 GiB.
  int run(std::string_view& input, std::span<char>& out) {
    PH_ASSERT(input.size() <= UINT32_MAX && out.size() <= UINT32_MAX);
    stream_.next_in = octets(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = octets(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    int answer = inflate(&stream_, Z_NO_FLUSH);
    input.remove_prefix(input.size() - stream_.avail_in);
    out = out.subspan(out.size() - stream_.avail_out);
    return answer;
  }
  const char* fault() const { return stream_.msg ? stream_.msg : "preset dictionary"; }

 private:
  z_stream stream_{};
};

class ZlibDecoder final : public DecodeStage {
 public:
  explicit ZlibDecoder(bool gzip) : gzip_(gzip) {}

  State decode(std::string_view& input, std::span<char>& out) override {
    while (true) {
      switch (part_) {
        case Part::before:
          if (held_.fill(input, kFirstOctets)) begin();
          else if (behind_a_member() && !maybe_member()) part_ = Part::done;
          else return State::more;
          break;
        case Part::content:
          if (out.empty()) return State::full;
          if (!held_.empty()) {
            std::string_view first = held_.view();
            std::size_t offered = first.size();
            run(first, out);
            held_.drop(offered - first.size());
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
    return part_ == Part::done || (part_ == Part::before && (held_.empty() || behind_a_member()));
  }
  const char* fault() const override { return fault_; }

 private:
  // before: a gzip member, the first or one behind another; or deflate, whose two first octets tell whether it is wrapped.
  enum class Part : std::uint8_t { before, content, done, corrupt };
  static constexpr std::size_t kFirstOctets = 2;

  bool behind_a_member() const { return gzip_ && inflater_; }
  bool maybe_member() const { return std::string_view("\x1F\x8B").starts_with(held_.view()); }
  bool wrapped() const {
    return (held_.octet(0) & 0x0FU) == Z_DEFLATED && held_.octet(0) >> 4U <= kWindowBits - 8 &&
           (held_.octet(0) * 256 + held_.octet(1)) % 31 == 0;
  }

  void begin() {
    part_ = Part::content;
    if (!behind_a_member()) {
      int bits = gzip_ ? kWindowBits + kGzip : wrapped() ? kWindowBits : -kWindowBits;
      inflater_ = std::make_unique<Inflater>(bits);
    } else if (maybe_member()) {
      inflater_->reset();
    } else {
      part_ = Part::done;
    }
  }

  void run(std::string_view& input, std::span<char>& out) {
    int answer = inflater_->run(input, out);
    if (answer == Z_STREAM_END) {
      part_ = gzip_ ? Part::before : Part::done;
    } else if (answer != Z_OK && answer != Z_BUF_ERROR) {
      part_ = Part::corrupt;
      fault_ = inflater_->fault();
    }
  }

  const bool gzip_;
  Part part_ = Part::before;
  HeldBytes<kFirstOctets> held_;
  std::unique_ptr<Inflater> inflater_;
  const char* fault_ = "";
};

class ZlibEncoder final : public EncodeStage {
 public:
  ZlibEncoder(int window_bits, Effort effort) {
    constexpr int kMemoryLevel = 8;  // zlib's own default
    int level = effort == Effort::fast ? 1 : 6;
    PH_ASSERT(deflateInit2(&stream_, level, Z_DEFLATED, window_bits, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ZlibEncoder(const ZlibEncoder&) = delete;
  ZlibEncoder& operator=(const ZlibEncoder&) = delete;
  ~ZlibEncoder() override { deflateEnd(&stream_); }

  void encode(std::string_view input, After after, Sink& sink) override {
    PH_ASSERT(input.size() <= UINT32_MAX);
    int flush = after == After::finish ? Z_FINISH : after == After::flush ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    std::array<char, 16 * 1024> out;
    stream_.next_in = octets(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    do {
      stream_.next_out = octets(out.data());
      stream_.avail_out = out.size();
      int answer = deflate(&stream_, flush);
      PH_ASSERT(answer == Z_OK || answer == Z_STREAM_END || answer == Z_BUF_ERROR);
      if (stream_.avail_out < out.size()) sink.take({out.data(), out.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::unique_ptr<DecodeStage> make_gzip_decoder() { return std::make_unique<ZlibDecoder>(true); }
std::unique_ptr<DecodeStage> make_deflate_decoder() { return std::make_unique<ZlibDecoder>(false); }
std::unique_ptr<EncodeStage> make_gzip_encoder(Effort effort) {
  return std::make_unique<ZlibEncoder>(kWindowBits + kGzip, effort);
}
std::unique_ptr<EncodeStage> make_deflate_encoder(Effort effort) {
  return std::make_unique<ZlibEncoder>(kWindowBits, effort);
}

}  // namespace porthole::coding
