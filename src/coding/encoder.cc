// See encoder.h. Each coding's sink is the next coding; the last one's is the caller's.
#include "coding/encoder.h"

#include <span>

#include "base/assert.h"
#include "coding/brotli_codec.h"
#include "coding/stage.h"
#include "coding/zlib_codec.h"
#include "coding/zstd_codec.h"

namespace porthole::coding {
namespace {

std::unique_ptr<EncodeStage> make_stage(ContentCoding coding, Effort effort) {
  switch (coding) {
    case ContentCoding::gzip: return make_gzip_encoder(effort);
    case ContentCoding::deflate: return make_deflate_encoder(effort);
    case ContentCoding::br: return make_brotli_encoder(effort);
    case ContentCoding::zstd: return make_zstd_encoder(effort);
    case ContentCoding::identity: break;
  }
  PH_ASSERT(coding != ContentCoding::identity);  // a CodingList keeps none
  return nullptr;
}

using Stages = std::span<const std::unique_ptr<EncodeStage>>;

void pass(Stages stages, std::string_view input, EncodeStage::After after, Sink& sink);

// What the first of `stages` will get, once the one before it has written.
class Onward final : public Sink {
 public:
  Onward(Stages stages, Sink& sink) : stages_(stages), sink_(sink) {}
  void take(std::string_view bytes) override { pass(stages_, bytes, EncodeStage::After::nothing, sink_); }

 private:
  Stages stages_;
  Sink& sink_;
};

void pass(Stages stages, std::string_view input, EncodeStage::After after, Sink& sink) {
  if (stages.empty()) {
    if (!input.empty()) sink.take(input);
    return;
  }
  Onward onward(stages.subspan(1), sink);
  stages.front()->encode(input, after, onward);
  if (after != EncodeStage::After::nothing) pass(stages.subspan(1), {}, after, sink);
}

}  // namespace

Encoder::Encoder(const CodingList& codings, Effort effort) {
  for (ContentCoding coding : codings) stages_.push_back(make_stage(coding, effort));
}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

void Encoder::encode(std::string_view input, Sink& sink) { pass(stages_, input, EncodeStage::After::nothing, sink); }
void Encoder::flush(Sink& sink) { pass(stages_, {}, EncodeStage::After::flush, sink); }
void Encoder::finish(Sink& sink) { pass(stages_, {}, EncodeStage::After::finish, sink); }

}  // namespace porthole::coding
