// Content codings: no crash, the cap holds, where the input was cut and how much room there was does not matter, and what
// was encoded decodes to itself.
// Input: one octet for the codings and the cap, then the coded bytes (which are also the body of the round trip).
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "coding/decoder.h"
#include "support/coded.h"

namespace coding = porthole::coding;
namespace test = porthole::test;
using State = coding::Decoder::State;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// A library looks ahead as far as its input reaches, so the cuts decide how much is given out before a fault, and whether
// the fault comes before the cap (or, of an outer coding, before the end of an inner one). Nothing else depends on them.
void require_same(const test::DecodedBody& a, const test::DecodedBody& b, std::size_t layers) {
  if (a.state != State::corrupt && b.state != State::corrupt) return require(a == b);
  State other = a.state == State::corrupt ? b.state : a.state;
  require(other == State::corrupt || other == State::capped || layers > 1);
  require(a.bytes.starts_with(b.bytes) || b.bytes.starts_with(a.bytes));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 8> kLists = {"gzip", "deflate",  "br",         "zstd",
                                                      "",     "gzip, br", "zstd, gzip", "deflate, zstd, br"};
  std::string_view codings = kLists[data[0] & 7U];
  porthole::ByteCount cap = (data[0] & 8U) != 0 ? 100 : 100'000;
  coding::CodingList list = *coding::CodingList::parse(codings);
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);

  test::DecodedBody whole = test::fed(input, list, cap, [] { return SIZE_MAX; });
  require(whole.bytes.size() <= cap && whole.state != State::more && whole.state != State::full);
  require((whole.state == State::capped) <= (whole.bytes.size() == cap || list.size() > 1));
  require_same(test::fed(input, list, cap, test::Sizes{size}), whole, list.size());
  require_same(test::pulled(input, list, cap, 1 + (data[0] >> 4U)), whole, list.size());

  std::string again = test::encoded(input, codings);
  test::DecodedBody decoded = test::fed(again, list, 1U << 20U, test::Sizes{size + 1});
  require(decoded.state == State::done && decoded.bytes == input);
  return 0;
}
