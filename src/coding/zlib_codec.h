// gzip (RFC 1952) and deflate (RFC 1950 around RFC 1951, or RFC 1951 alone) by zlib, which is included here and for messages only.
#pragma once

#include <memory>

#include "coding/encoder.h"
#include "coding/stage.h"

namespace porthole::coding {

// One member or several; ends only with the input, or where something else than a member follows.
std::unique_ptr<DecodeStage> make_gzip_decoder();
// zlib's wrapping or none, told apart by the first two octets: they are a zlib header with the right check bits, or they
// are not. A raw stream that looks like one would begin with a stored block whose padding bits are set; no encoder does that.
std::unique_ptr<DecodeStage> make_deflate_decoder();

std::unique_ptr<EncodeStage> make_gzip_encoder(Effort effort);
std::unique_ptr<EncodeStage> make_deflate_encoder(Effort effort);  // wrapped, as RFC 9110 §8.4.1.2 says

}  // namespace porthole::coding
