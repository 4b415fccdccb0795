// See outcome.h.
#include "flow/outcome.h"

#include <array>

#include "base/ascii.h"

namespace porthole::flow {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's, without i l o u

}  // namespace

void FlowId::text(char (&out)[kTextBytes]) const {
  std::uint64_t rest = value;
  for (std::size_t i = kTextBytes; i-- > 0; rest >>= 5) out[i] = kAlphabet[rest & 31];
}

std::optional<FlowId> FlowId::parse(std::string_view text) {
  if (text.size() != kTextBytes) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kTextBytes; ++i) {
    std::size_t digit = kAlphabet.find(ascii::lower(text[i]));
    if (digit == std::string_view::npos || (i == 0 && digit > 15)) return std::nullopt;  // 13 digits are 65 bits
    value = value << 5 | digit;
  }
  return FlowId{value};
}

std::string_view end_text(End end) {
  static constexpr std::array<std::string_view, 7> kText = {"complete",       "answered",  "tunnelled", "client_gone",
                                                            "upstream_broke", "timed_out", "shutdown"};
  return kText[static_cast<std::size_t>(end)];
}

}  // namespace porthole::flow
