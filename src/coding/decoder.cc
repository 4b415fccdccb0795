// See decoder.h. The innermost coding is asked for output and asks the one outside it for input, down to the caller's: so
// nothing is decoded that nobody takes, whatever the nesting.
#include "coding/decoder.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "coding/brotli_codec.h"
#include "coding/zlib_codec.h"
#include "coding/zstd_codec.h"

namespace porthole::coding {
namespace {

std::unique_ptr<DecodeStage> make_stage(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::gzip: return make_gzip_decoder();
    case ContentCoding::deflate: return make_deflate_decoder();
    case ContentCoding::br: return make_brotli_decoder();
    case ContentCoding::zstd: return make_zstd_decoder();
    case ContentCoding::identity: break;
  }
  PH_ASSERT(coding != ContentCoding::identity);  // a CodingList keeps none
  return nullptr;
}

Decoder::State of(DecodeStage::State state) {
  switch (state) {
    case DecodeStage::State::more: return Decoder::State::more;
    case DecodeStage::State::full: return Decoder::State::full;
    case DecodeStage::State::done: return Decoder::State::done;
    case DecodeStage::State::corrupt: break;
  }
  return Decoder::State::corrupt;
}

}  // namespace

// What one coding writes for the next is at most a little longer than what comes of it, unless somebody means harm: an
// inner content that ends at once, or never begins, under gigabytes of nothing. Twice the cap is generous.
Decoder::Decoder(const CodingList& codings, DecoderOptions options)
    : output_bytes_max_(options.output_bytes_max), between_bytes_max_(2 * options.output_bytes_max + 64_KiB) {
  for (std::size_t i = codings.size(); i-- > 0;) layers_.push_back({.stage = make_stage(codings[i])});
}

Decoder::State Decoder::settle(State state) {
  if (state != State::more && state != State::full) ended_ = state;
  if (state != State::corrupt) fault_ = "";  // behind the cap there may be one: nobody asked
  return state;
}

// More for layer + 1 to take, or why there is none: more (input needed), done, capped, corrupt.
Decoder::State Decoder::refill(std::size_t layer, std::string_view& input) {
  Layer& below = layers_[layer];
  if (!below.buffer) below.buffer = std::make_unique_for_overwrite<char[]>(kBetweenBytes);
  std::span<char> room(below.buffer.get(), kBetweenBytes);
  State state = produce(layer, input, room);
  below.waiting = {below.buffer.get(), kBetweenBytes - room.size()};
  below.written += below.waiting.size();
  if (below.written > between_bytes_max_) return State::capped;
  return below.waiting.empty() ? state : State::full;
}

Decoder::State Decoder::produce(std::size_t layer, std::string_view& input, std::span<char>& out) {
  while (true) {
    std::string_view& source = layer == 0 ? input : layers_[layer - 1].waiting;
    DecodeStage& stage = *layers_[layer].stage;
    State state = of(stage.decode(source, out));
    if (state == State::corrupt) fault_ = stage.fault();
    if (state != State::more || layer == 0) return state;
    State below = refill(layer - 1, input);
    if (below == State::full) continue;
    if (below != State::done) return below;
    return stage.may_end() ? State::done : State::truncated;
  }
}

Decoder::State Decoder::decode(std::string_view& input, std::span<char>& out) {
  if (ended_ != State::more) return ended_;
  if (out.empty()) return State::full;
  std::array<char, 1> beyond;  // behind the cap: is there anything?
  ByteCount left = output_bytes_max_ - output_bytes_;
  std::span<char> room = left == 0 ? std::span<char>(beyond) : out.first(std::min<ByteCount>(out.size(), left));
  std::size_t asked = room.size();
  State state;
  if (layers_.empty()) {
    std::size_t taken = input.copy(room.data(), room.size());
    input.remove_prefix(taken);
    room = room.subspan(taken);
    state = room.empty() ? State::full : State::more;
  } else {
    state = produce(layers_.size() - 1, input, room);
  }
  std::size_t written = asked - room.size();
  if (left == 0) return settle(written != 0 ? State::capped : state);
  output_bytes_ += written;
  out = out.subspan(written);
  return settle(state);
}

Decoder::State Decoder::feed(std::string_view input, Sink& sink) {
  std::array<char, kBetweenBytes> buffer;
  State state = State::full;
  while (state == State::full) {
    std::span<char> room(buffer);
    state = decode(input, room);
    if (room.size() < buffer.size()) sink.take({buffer.data(), buffer.size() - room.size()});
  }
  return state;
}

Decoder::State Decoder::finish() {
  if (ended_ != State::more) return ended_;
  bool whole = std::ranges::all_of(layers_, [](const Layer& layer) { return layer.stage->may_end(); });
  return settle(whole ? State::done : State::truncated);
}

}  // namespace porthole::coding
