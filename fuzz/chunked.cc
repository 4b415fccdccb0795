// Chunked content: cuts do not matter, the decoder never gives more than it was given, and what it decoded, written as
// chunks and decoded again, is the same.
// Input: one octet with the number of cut sizes n, who sends and which limits, n cut sizes, then chunks.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "support/round_trip.h"
#include "support/transcript.h"

namespace test = porthole::test;

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  auto choice = static_cast<unsigned char>(input[0]);
  porthole::Side side = (choice & 16U) != 0 ? porthole::Side::upstream : porthole::Side::client;
  porthole::wire::Limits limits;
  if ((choice & 32U) != 0) limits = {.head_bytes = 60, .fields = 3, .chunk_extension_bytes = 8};
  std::size_t cut_count = std::min<std::size_t>(choice & 15U, input.size() - 1);
  std::string_view sizes = input.substr(1, cut_count);
  input.remove_prefix(1 + cut_count);
  test::Decoded expected = test::decode_chunks(test::whole(input), side, limits);
  if (expected.content.size() + expected.trailers.size() + expected.rest.size() > input.size()) std::abort();
  if (!(test::decode_chunks(test::cuts(input, sizes), side, limits) == expected)) std::abort();
  if (input.size() < 600 && !(test::decode_chunks(test::octets(input), side, limits) == expected)) std::abort();
  std::string written = test::encode_chunks(test::cuts(expected.content, sizes));
  test::Decoded again = test::decode_chunks(test::whole(written));
  if (!again.complete || again.content != expected.content) std::abort();
  return 0;
}
