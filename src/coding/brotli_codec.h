// br (RFC 7932) by libbrotli, which is included here only.
#pragma once

#include <memory>

#include "coding/encoder.h"
#include "coding/stage.h"

namespace porthole::coding {

std::unique_ptr<DecodeStage> make_brotli_decoder();
std::unique_ptr<EncodeStage> make_brotli_encoder(Effort effort);

}  // namespace porthole::coding
