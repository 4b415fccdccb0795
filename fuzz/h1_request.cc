// Requests: however the input is cut, a server session tells the same story; and a head that was accepted, written again
// from its parsed form and read again, is the same head (parse(write(x)) == x).
// Input: one octet with the number of cut sizes n, n cut sizes, then what the client sends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "support/round_trip.h"
#include "support/transcript.h"

namespace test = porthole::test;

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  std::size_t cut_count = std::min<std::size_t>(static_cast<unsigned char>(input[0]) & 15U, input.size() - 1);
  std::string_view sizes = input.substr(1, cut_count);
  input.remove_prefix(1 + cut_count);
  // Small limits are reached by small inputs; half of the inputs run with the real ones.
  test::ServerOptions options;
  options.eof = (size & 1U) != 0;
  if ((size & 2U) != 0)
    options.limits = {
        .head_bytes = 200, .fields = 6, .target_bytes = 60, .method_bytes = 9, .chunk_extension_bytes = 8};
  std::string expected = test::server_transcript(test::whole(input), options);
  if (test::server_transcript(test::cuts(input, sizes), options) != expected) std::abort();
  if (input.size() < 600 && test::server_transcript(test::octets(input), options) != expected) std::abort();
  if (!test::request_survives_writing(input)) std::abort();
  return 0;
}
