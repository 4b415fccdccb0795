// zstd (RFC 8878, as a content coding RFC 9659) by libzstd, which is included here only.
#pragma once

#include <memory>

#include "coding/encoder.h"
#include "coding/stage.h"

namespace porthole::coding {

// One frame or several, skippable ones too; ends only with the input, or where something else than a frame follows.
// Refuses windows above 8 MiB (RFC 9659 §3).
std::unique_ptr<DecodeStage> make_zstd_decoder();
std::unique_ptr<EncodeStage> make_zstd_encoder(Effort effort);

}  // namespace porthole::coding
