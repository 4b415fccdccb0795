// JSON that somebody else wrote: a tree of it costs up to 64 octets for each octet of text, so its values are counted first.
#pragma once

#include <cstddef>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace porthole::flow {

inline constexpr std::size_t kJsonDepthMax = 64;

// The value, or a discarded one (is_discarded()) when `text` is no JSON, has more than `values_max` values and keys, or is nested
// deeper than kJsonDepthMax.
nlohmann::json parse_bounded(std::string_view text, std::size_t values_max);

}  // namespace porthole::flow
