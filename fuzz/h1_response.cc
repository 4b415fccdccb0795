// Responses: however the input is cut, a client session tells the same story; and a head that was accepted, written again
// and read again, is the same head.
// Input: one octet that chooses the request, one with the number of cut sizes n, n cut sizes, then what the server sends.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "support/round_trip.h"
#include "support/transcript.h"

namespace test = porthole::test;
namespace http = porthole::http;

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.size() < 2) return 0;
  unsigned choice = static_cast<unsigned char>(input[0]);
  std::size_t cut_count = std::min<std::size_t>(static_cast<unsigned char>(input[1]) & 15U, input.size() - 2);
  std::string_view sizes = input.substr(2, cut_count);
  input.remove_prefix(2 + cut_count);
  constexpr std::array kMethods = {http::Method::get, http::Method::head, http::Method::connect, http::Method::post};
  test::ClientOptions options;
  options.method = kMethods[choice & 3U];
  options.upgrade = (choice & 4U) != 0;
  options.eof = (choice & 8U) != 0;
  if ((choice & 16U) != 0)
    options.limits = {.head_bytes = 200, .fields = 6, .chunk_extension_bytes = 8, .interim_responses = 2};
  std::string expected = test::client_transcript(test::whole(input), options);
  if (test::client_transcript(test::cuts(input, sizes), options) != expected) std::abort();
  if (input.size() < 600 && test::client_transcript(test::octets(input), options) != expected) std::abort();
  if (!test::response_survives_writing(input)) std::abort();
  return 0;
}
