// See outcome.h.
#include "flow/outcome.h"

#include <array>

namespace porthole::flow {

void FlowId::text(char (&out)[kTextBytes]) const {
  static constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's, without i l o u
  std::uint64_t rest = value;
  for (std::size_t i = kTextBytes; i-- > 0; rest >>= 5) out[i] = kAlphabet[rest & 31];
}

std::string_view end_text(End end) {
  static constexpr std::array<std::string_view, 7> kText = {"complete",       "answered",  "tunnelled", "client_gone",
                                                            "upstream_broke", "timed_out", "shutdown"};
  return kText[static_cast<std::size_t>(end)];
}

}  // namespace porthole::flow
