// Coded bodies for tests: made by Encoder or written out as vectors, decoded whole, octet by octet and in random cuts, with
// room for one octet and for many. The answer must be the same each time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coding/decoder.h"
#include "coding/encoder.h"

namespace porthole::test {

struct DecodedBody {
  std::string bytes;
  coding::Decoder::State state;
  std::string fault;
  bool operator==(const DecodedBody&) const = default;
};

inline std::string encoded(std::string_view body, std::string_view codings,
                           coding::Effort effort = coding::Effort::fast) {
  coding::Encoder encoder(*coding::CodingList::parse(codings), effort);
  coding::StringSink sink;
  encoder.encode(body, sink);
  encoder.finish(sink);
  return sink.text;
}

// Fed in pieces whose sizes come from `next_size()`, then finished.
template <class NextSize>
DecodedBody fed(std::string_view coded, const coding::CodingList& codings, ByteCount cap, NextSize&& next_size) {
  coding::Decoder decoder(codings, {.output_bytes_max = cap});
  coding::StringSink sink;
  auto state = coding::Decoder::State::more;
  while (!coded.empty() && state == coding::Decoder::State::more) {
    std::size_t size = std::min<std::size_t>(next_size(), coded.size());
    state = decoder.feed(coded.substr(0, size), sink);
    coded.remove_prefix(size);
  }
  if (state == coding::Decoder::State::more) state = decoder.finish();
  return {sink.text, state, decoder.fault()};
}

// Pulled with room for `room` octets at a time.
inline DecodedBody pulled(std::string_view coded, const coding::CodingList& codings, ByteCount cap, std::size_t room) {
  coding::Decoder decoder(codings, {.output_bytes_max = cap});
  std::string buffer(room, '\0');
  std::string bytes;
  auto state = coding::Decoder::State::full;
  while (state == coding::Decoder::State::full) {
    std::span<char> out(buffer);
    state = decoder.decode(coded, out);
    bytes.append(buffer, 0, buffer.size() - out.size());
  }
  if (state == coding::Decoder::State::more) state = decoder.finish();
  return {bytes, state, decoder.fault()};
}

// A generator as in http tests: the same sizes for the same seed.
struct Sizes {
  std::uint64_t seed;
  std::size_t operator()() {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return 1 + (seed >> 33U) % 97;
  }
};

}  // namespace porthole::test
